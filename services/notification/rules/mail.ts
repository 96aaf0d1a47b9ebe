import type { Locale } from '#core/call'
import { mailWords } from './render.ts'

export type Letter = { locale: Locale; name: string; title: string; body: string; url: string; preferencesUrl: string }

/** The same words as plain text, for readers and filters that prefer it. */
export function textOf({ locale, name, title, body, url, preferencesUrl }: Letter): string {
  const words = mailWords(locale, name)
  return [
    words.greeting,
    title,
    body,
    `${words.open}: ${url}`,
    `${words.why} ${words.preferences}: ${preferencesUrl}`,
  ].join('\n\n')
}

/** One column that works without style sheets, in both directions and in dark mode; the only picture is a letter. */
export function htmlOf({ locale, name, title, body, url, preferencesUrl }: Letter): string {
  const words = mailWords(locale, name)
  const direction = locale === 'ar' ? 'rtl' : 'ltr'
  const font = 'font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif'
  return `<!doctype html>
<html lang="${locale}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(title)}</title>
<style>
:root { color-scheme: light dark }
@media (prefers-color-scheme: dark) {
  .page { background: #0f1720 !important }
  .card { background: #17212c !important }
  .text { color: #e6edf3 !important }
  .soft { color: #a9b6c3 !important }
  .brand { color: #5fd0c0 !important }
}
</style>
</head>
<body class="page" style="margin:0;background:#f3f6f8;${font}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px">
<tr><td style="padding:8px 24px 16px"><span class="brand" style="font-size:20px;font-weight:700;color:#0b6b60">Medley</span></td></tr>
<tr><td class="card" style="background:#ffffff;border-radius:12px;padding:28px 24px">
<h1 class="text" style="margin:0 0 16px;font-size:22px;line-height:1.3;color:#14202b">${escape(title)}</h1>
<p class="text" style="margin:0 0 12px;font-size:16px;line-height:1.5;color:#14202b">${escape(words.greeting)}</p>
<p class="text" style="margin:0 0 24px;font-size:16px;line-height:1.5;color:#14202b">${escape(body)}</p>
<a href="${escape(url)}" style="display:inline-block;background:#0b6b60;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none;padding:12px 20px;border-radius:8px">${escape(words.open)}</a>
</td></tr>
<tr><td class="soft" style="padding:16px 24px;font-size:13px;line-height:1.5;color:#4a5a68">${escape(words.why)} <a class="soft" href="${escape(preferencesUrl)}" style="color:#4a5a68">${escape(words.preferences)}</a></td></tr>
</table>
</td></tr></table>
</body>
</html>
`
}

const escape = (text: string) => text.replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
