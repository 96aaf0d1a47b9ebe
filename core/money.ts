import { z } from 'zod'

/** ISO 4217 code. */
export const Currency = z.enum(['USD', 'EUR', 'GBP', 'CHF', 'SGD', 'AUD', 'JPY', 'INR'])
export type Currency = z.output<typeof Currency>

/** An exact amount in the currency's minor unit (cents; yen has none). Never a float. */
export const Money = z.strictObject({ amountMinor: z.int(), currency: Currency })
export type Money = z.output<typeof Money>

const decimals: Record<Currency, number> = { USD: 2, EUR: 2, GBP: 2, CHF: 2, SGD: 2, AUD: 2, JPY: 0, INR: 2 }

/** Writes an amount as people of that locale do: `€ 49.00`, `49,00 €`. */
export function formatMoney(money: Money, locale: string): string {
  const digits = decimals[money.currency]
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: money.currency })
  return format.format(money.amountMinor / 10 ** digits)
}
