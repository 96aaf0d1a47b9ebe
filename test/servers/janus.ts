// A Janus on the loopback, as Debian packages it: nobody comes in without a signed token, and rooms are made with a key only.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, freePort, startChild, untilReady } from './child.ts'

const program = '/usr/bin/janus'

export const hasJanus = (): boolean => existsSync(program)

export type Janus = Pick<Child, 'pid' | 'stop' | 'output' | 'signal'> & {
  /** What browsers connect to. */
  readonly url: string
  readonly adminUrl: string
  readonly tokenSecret: string
  readonly adminSecret: string
  readonly roomKey: string
  /** The variables that make a Medley use it. */
  readonly env: Record<string, string>
}

const secrets = {
  tokenSecret: 'a-token-secret-of-janus',
  adminSecret: 'an-admin-secret-of-janus',
  roomKey: 'a-room-key-of-janus',
}

/** Keeps the names of what Debian ships and the product does not need, so that it starts quickly and opens nothing. */
const disabled = {
  plugins: ['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom'],
  more: ['videocall', 'voicemail'],
  transports: ['mqtt', 'nanomsg', 'pfunix', 'rabbitmq'],
}
const libraries = (names: readonly string[]) => names.map(name => `libjanus_${name}.so`).join(',')

/** `ports` bring one back where it was. A session that asks for nothing ends after `sessionSeconds`. */
export async function startJanus({
  ports,
  sessionSeconds = 20,
}: { ports?: { socket: number; admin: number }; sessionSeconds?: number } = {}): Promise<Janus> {
  const { socket, admin } = ports ?? { socket: await freePort(), admin: await freePort() }
  const directory = mkdtempSync(join(tmpdir(), 'medley-janus-'))
  const write = (name: string, text: string) => writeFileSync(join(directory, `${name}.jcfg`), text)
  write(
    'janus',
    `general: { admin_secret = "${secrets.adminSecret}"; token_auth = true; token_auth_secret = "${secrets.tokenSecret}";
       session_timeout = ${sessionSeconds}; reclaim_session_timeout = 10; hide_dependencies = true; debug_level = 3; debug_colors = false; }
     nat: { ice_lite = true; ice_enforce_list = "lo"; }
     plugins: { disable = "${libraries([...disabled.plugins, ...disabled.more])}" }
     transports: { disable = "${libraries(disabled.transports)}" }`,
  )
  write(
    'janus.transport.websockets',
    `general: { json = "compact"; ws = true; ws_port = ${socket}; ws_ip = "127.0.0.1"; wss = false; }
     admin: { admin_ws = false; admin_wss = false; }`,
  )
  write(
    'janus.transport.http',
    `general: { json = "compact"; base_path = "/janus"; http = false; https = false; }
     admin: { admin_base_path = "/admin"; admin_http = true; admin_port = ${admin}; admin_ip = "127.0.0.1"; admin_https = false; }`,
  )
  write(
    'janus.plugin.videoroom',
    `general: { admin_key = "${secrets.roomKey}"; lock_rtp_forward = true; string_ids = true; }`,
  )
  const child = startChild(program, [`--configs-folder=${directory}`, `--config=${join(directory, 'janus.jcfg')}`])
  const url = `ws://127.0.0.1:${socket}`
  const adminUrl = `http://127.0.0.1:${admin}/admin`
  await untilReady(child, () => answers(adminUrl))
  return {
    ...secrets,
    url,
    adminUrl,
    pid: child.pid,
    output: child.output,
    signal: child.signal,
    env: {
      MEDLEY_VIDEO: 'janus',
      MEDLEY_JANUS_URL: url,
      MEDLEY_JANUS_ADMIN_URL: adminUrl,
      MEDLEY_JANUS_TOKEN_SECRET: secrets.tokenSecret,
      MEDLEY_JANUS_ADMIN_SECRET: secrets.adminSecret,
      MEDLEY_JANUS_ROOM_KEY: secrets.roomKey,
    },
    async stop(graceMs) {
      await child.stop(graceMs)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function answers(adminUrl: string): Promise<boolean> {
  const body = JSON.stringify({ janus: 'ping', transaction: 'test' })
  const answer = await fetch(adminUrl, { method: 'POST', body }).catch(() => undefined)
  return answer?.ok ?? false
}
