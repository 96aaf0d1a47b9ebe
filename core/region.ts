import { z } from 'zod'

/** A region is a whole cell with its own data. A person's data lives in their home region and nowhere else. */
export const Region = z.enum(['us', 'eu', 'apac'])
export type Region = z.output<typeof Region>

/** ISO 3166-1 alpha-2, with the subdivision where licences are granted per state: `US-MA`, `DE`, `SG`. */
export const Jurisdiction = z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/)
export type Jurisdiction = z.output<typeof Jurisdiction>

const regionOfCountry: Record<string, Region> = {
  US: 'us',
  CA: 'us',
  MX: 'us',
  BR: 'us',
  SG: 'apac',
  AU: 'apac',
  NZ: 'apac',
  JP: 'apac',
  IN: 'apac',
  KR: 'apac',
  HK: 'apac',
  MY: 'apac',
}

/** The cell that serves a country; Europe is the default because its law is the strictest about leaving it. */
export function regionOf(jurisdiction: Jurisdiction): Region {
  return regionOfCountry[jurisdiction.slice(0, 2)] ?? 'eu'
}
