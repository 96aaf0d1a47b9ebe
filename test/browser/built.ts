// The web app as the server hosts it, never older than its sources: a browser test of yesterday's page proves nothing.
import { existsSync, globSync, statSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')
const dist = join(root, 'web/dist')
const cache = join(root, 'node_modules/.cache')
const lock = join(cache, 'web-build.lock')
const lockMsMax = 60_000

const modifiedMs = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

function isCurrent(): boolean {
  const page = join(dist, 'index.html')
  if (!existsSync(page)) return false
  const sources = globSync(['web/*', 'web/{i18n,pages,public,shell,ui}/**', 'core/*.ts', 'services/*/contract.ts'], {
    cwd: root,
  }).filter(path => path !== 'web/dist' && !path.endsWith('.test.ts') && !path.endsWith('.md'))
  const built = modifiedMs(page)
  return sources.every(path => modifiedMs(join(root, path)) <= built)
}

/** Builds aside and swaps, one process at a time: test files run side by side, and a server may be reading the old build. */
export async function ensureWebBuilt(): Promise<void> {
  await mkdir(cache, { recursive: true })
  while (!isCurrent()) {
    const isMine = await mkdir(lock).then(
      () => true,
      () => false,
    )
    if (!isMine) {
      if (Date.now() - modifiedMs(lock) > lockMsMax) await rm(lock, { recursive: true, force: true })
      await pause(100)
      continue
    }
    try {
      await buildAndSwap()
      return
    } finally {
      await rm(lock, { recursive: true, force: true })
    }
  }
}

async function buildAndSwap(): Promise<void> {
  const fresh = join(cache, `web-fresh-${process.pid}`)
  const former = join(cache, `web-former-${process.pid}`)
  await build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn', build: { outDir: fresh } })
  if (existsSync(dist)) await rename(dist, former)
  await rename(fresh, dist)
  await rm(former, { recursive: true, force: true })
}
