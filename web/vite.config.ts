// The browser build. `node node_modules/vite/bin/vite.js build --config web/vite.config.ts` writes web/dist, which the server hosts.
import { createCompiledCatalog } from '@lingui/cli/api'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/**
 * Compiles web/i18n/<locale>.json (ICU messages by id) while loading: the browser gets ready-made token lists and never ships a
 * message parser. What goes in is JSON and what comes out is JSON, so Vite's own JSON handling does the rest.
 */
function messageCatalogues(): Plugin {
  return {
    name: 'medley:message-catalogues',
    enforce: 'pre',
    transform: {
      filter: { id: /\/web\/i18n\/[a-z]{2}\.json$/ },
      handler(code, id) {
        const locale = id.slice(id.lastIndexOf('/') + 1, -'.json'.length)
        const compiled = createCompiledCatalog(locale, JSON.parse(code), { strict: true, namespace: 'json' })
        for (const error of compiled.errors) this.error(`${id}: ${error.id}: ${error.error.message}`)
        return { code: JSON.stringify(JSON.parse(compiled.source).messages), map: null }
      },
    },
  }
}

/** React Aria brings its words in 34 languages; a page that speaks three need not carry the others (a quarter of its script). */
function onlyOurLanguages(): Plugin {
  const foreign = /react-(aria|stately)[^?]*\/intl\/.*\/(?!en-US|de-DE|ar-AE)[a-z]{2}-[A-Z]{2}\.m?js$/
  return {
    name: 'medley:only-our-languages',
    enforce: 'pre',
    load: { filter: { id: foreign }, handler: () => 'export default {}' },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  json: { namedExports: false, stringify: true },
  plugins: [messageCatalogues(), onlyOurLanguages(), react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: { '/api': 'http://localhost:8080', '/auth': 'http://localhost:8080' },
  },
})
