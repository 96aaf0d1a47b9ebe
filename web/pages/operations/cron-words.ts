import type { MessageId, MessageValues } from '../../i18n/locale.tsx'

/** The handful of timetables that jobs have, in words; anything else stays as it is written. */
export function cronInWords(
  cron: string,
  locale: string,
  t: (id: MessageId, values?: MessageValues) => string,
): string {
  const [minute = '*', hour = '*', dayOfMonth = '*', month = '*', weekday = '*'] = cron.split(' ')
  const every = /^\*\/(\d+)$/.exec(minute)
  const isDaily = dayOfMonth === '*' && month === '*' && weekday === '*'
  if (!isDaily) return cron
  if (minute === '*' && hour === '*') return t('cron.everyMinute')
  if (every && hour === '*') return t('cron.everyMinutes', { count: Number(every[1]) })
  if (/^\d+$/.test(minute) && hour === '*') return t('cron.hourly')
  if (/^\d+$/.test(minute) && /^\d+$/.test(hour)) {
    const at = new Date(Date.UTC(2024, 0, 1, Number(hour), Number(minute)))
    return t('cron.daily', {
      time: new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(at),
    })
  }
  return cron
}
