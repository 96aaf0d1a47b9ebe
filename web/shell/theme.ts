// Light or dark, or whatever the device says. The choice is the person's and stays on the device.
export type Theme = 'system' | 'light' | 'dark'

const storageKey = 'medley.theme'
const device = matchMedia('(prefers-color-scheme: dark)')

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function applyTheme(): void {
  const theme = chosenTheme()
  document.documentElement.dataset['theme'] = theme === 'system' ? (device.matches ? 'dark' : 'light') : theme
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme)
  applyTheme()
}

device.addEventListener('change', applyTheme)
