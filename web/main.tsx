import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider as AriaRouterProvider } from 'react-aria-components'
import { createQueryClient } from './api.ts'
import { activateLocale, initialLocale, ReaderProvider, rememberLocale, type Language } from './i18n/locale.tsx'
import { createAppRouter } from './routes.tsx'
import { applyTheme } from './shell/theme.ts'
import { Toasts } from './ui/toast.tsx'
import './styles.css'

const queries = createQueryClient()
const router = createAppRouter()

function App({ firstLocale }: { firstLocale: string }) {
  const [locale, setLocale] = useState(firstLocale)
  const setLanguage = useCallback(async (language: Language) => {
    await activateLocale(language)
    rememberLocale(language)
    setLocale(document.documentElement.lang)
  }, [])
  return (
    <ReaderProvider locale={locale} setLanguage={language => void setLanguage(language)}>
      <AriaRouterProvider navigate={href => router.history.push(href)}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Toasts />
        </QueryClientProvider>
      </AriaRouterProvider>
    </ReaderProvider>
  )
}

applyTheme()
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
await activateLocale(initialLocale())
createRoot(root).render(<App firstLocale={document.documentElement.lang} />)
