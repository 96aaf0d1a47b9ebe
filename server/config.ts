// The only file that reads process.env. Every variable, its default and its reason stand in one table.
import { resolve } from 'node:path'
import { z } from 'zod'
import { Region } from '#core/region'

type Variable = { readonly schema: z.ZodType; readonly reason: string; readonly isSecret?: true }

const flag = z.enum(['on', 'off']).transform(value => value === 'on')
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const list = z.string().transform(text =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean),
)

/** Name → form, default and reason. `docs/reference/configuration.md` is generated from it. */
export const variables = {
  MEDLEY_PORT: { schema: whole(0, 65_535).default(8080), reason: 'Port of the HTTP edge; 0 takes a free one.' },
  MEDLEY_HOST: { schema: z.string().default('127.0.0.1'), reason: 'Address to listen on; 0.0.0.0 in a container.' },
  MEDLEY_PUBLIC_URL: {
    schema: z.url().optional(),
    reason: 'Address people use, for links and sign-in; follows the port by default.',
  },
  MEDLEY_DATA: {
    schema: z.string().default('.medley'),
    reason: 'Folder of the embedded database, files and the local keyring.',
  },
  MEDLEY_DATABASE_CONNECTIONS: {
    schema: whole(1, 200).default(10),
    reason: 'Connections of this process to the database server.',
  },
  MEDLEY_DATABASE_PREPARE: {
    schema: flag.default(true),
    reason: 'Prepared statements; off behind PgBouncer older than 1.21.',
  },
  MEDLEY_REGION: { schema: Region.default('us'), reason: 'The cell this process serves; data never leaves it.' },
  MEDLEY_DEMO: {
    schema: z.enum(['on', 'off', 'auto']).default('auto'),
    reason: 'Demo data and accounts; auto: on with the embedded database.',
  },
  MEDLEY_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    reason: 'How much is logged.',
  },
  MEDLEY_RATE_PER_MINUTE: {
    schema: whole(1, 1_000_000).default(600),
    reason: 'Requests one caller or address may make in a minute.',
  },
  MEDLEY_LIVE_PER_PERSON: {
    schema: whole(1, 10_000).default(20),
    reason: 'Live connections one person may have open to one process.',
  },
  MEDLEY_TURN_URLS: {
    schema: list.default([]),
    reason:
      'STUN and TURN servers for calls, such as turn:turn.example:3478; without them calls work where browsers reach each other.',
  },
  MEDLEY_TURN_ONLY: {
    schema: flag.default(false),
    reason: 'Calls go through the TURN server only, so that nobody in a call learns the address of another one.',
  },
  MEDLEY_RECORDING_DAYS: {
    schema: whole(0, 3_650).default(90),
    reason:
      'Days that recordings of calls are kept; 0 makes none, as the law of some places wants. 90: long enough to hear advice again until the next visit, and no longer (GDPR Art. 5(1)(e)); the note, not the recording, is the record of a visit.',
  },
  MEDLEY_VIDEO: {
    schema: z.enum(['p2p', 'janus', 'livekit']).default('p2p'),
    reason: 'What carries calls: browsers among themselves (three people at most), or a media server (twelve).',
  },
  MEDLEY_VIDEO_DIRECT: {
    schema: z.enum(['small', 'outage', 'never']).default('small'),
    reason:
      'With a media server, calls of up to three go from browser to browser: always (small), while the server cannot be reached (outage), or never.',
  },
  MEDLEY_JANUS_URL: {
    schema: z.url({ protocol: /^wss?$/ }).optional(),
    reason: 'WebSocket of Janus that browsers connect to, such as wss://video.example/janus.',
  },
  MEDLEY_JANUS_ADMIN_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    reason: 'Admin API of Janus with its port, such as http://10.0.0.5:7088/admin; out of reach for anybody else.',
  },
  MEDLEY_LIVEKIT_URL: {
    schema: z.url({ protocol: /^wss?$/ }).optional(),
    reason: 'WebSocket of LiveKit that apps connect to, such as wss://video.example.',
  },
  MEDLEY_LIVEKIT_API_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    reason: 'Where Medley reaches the API of LiveKit; the same place over HTTP by default.',
  },
  MEDLEY_PROOF_FOR: {
    schema: z.enum(['controlled', 'every']).default('controlled'),
    reason:
      'Which prescriptions are signed only with a fresh proof of the person: controlled substances, or every one.',
  },
  MEDLEY_PROOF_FACTORS: {
    schema: z.enum(['1', '2']).default('1'),
    reason: 'How many factors that proof needs; a passkey counts as two.',
  },
  MEDLEY_PROOF_MINUTES: { schema: whole(1, 60).default(10), reason: 'How long a proof of the person lasts.' },
  MEDLEY_BODY_BYTES: { schema: whole(1_024, 104_857_600).default(1_048_576), reason: 'Largest request body in bytes.' },
  MEDLEY_TRUST_PROXY: {
    schema: flag.default(false),
    reason: 'Take the client address from X-Forwarded-For; only behind a proxy of your own.',
  },
  MEDLEY_CORS_ORIGINS: {
    schema: list.default([]),
    reason: 'Other origins whose pages may call the API, separated by commas.',
  },
  MEDLEY_EGRESS_ALLOW: { schema: list.default([]), reason: 'Hosts (host or host:port) that outbound calls may reach.' },
  MEDLEY_MAIL_FROM: { schema: z.string().default('Medley <no-reply@medley.example>'), reason: 'Sender of mail.' },
  MEDLEY_SMS_URL: {
    schema: z.url().optional(),
    reason: 'HTTP gateway for SMS; without it messages are kept in the outbox viewer.',
  },
  MEDLEY_OIDC_ISSUER: { schema: z.url().optional(), reason: 'Issuer for sign-in by OpenID Connect.' },
  MEDLEY_OIDC_NAME: {
    schema: z.string().default('your organisation'),
    reason: 'What the sign-in button calls that issuer.',
  },
  MEDLEY_OIDC_CLIENT_ID: { schema: z.string().optional(), reason: 'Our client id at that issuer.' },
  MEDLEY_S3_BUCKET: {
    schema: z.string().optional(),
    reason: 'Bucket for files; without it they lie in the data folder.',
  },
  MEDLEY_S3_REGION: { schema: z.string().default('us-east-1'), reason: 'Region of the bucket.' },
  MEDLEY_S3_ENDPOINT: { schema: z.url().optional(), reason: 'Endpoint of an S3-compatible store.' },
  MEDLEY_DRAIN_SECONDS: {
    schema: whole(1, 600).default(20),
    reason: 'How long a stopping process waits for requests and jobs in flight.',
  },
  MEDLEY_DATABASE_URL: {
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//)
      .optional(),
    reason: 'PostgreSQL 15 or newer; without it the embedded database is used.',
    isSecret: true,
  },
  MEDLEY_REDIS_URL: {
    schema: z
      .string()
      .regex(/^rediss?:\/\//)
      .optional(),
    reason: 'Redis or Valkey as cache; without it the process’s memory.',
    isSecret: true,
  },
  MEDLEY_SECRET: {
    schema: z.string().min(32).optional(),
    reason:
      'Root of all keys, 32 characters or more; made in the data folder by default. Processes of one installation need the same.',
    isSecret: true,
  },
  MEDLEY_SECRET_PREVIOUS: {
    schema: list.default([]),
    reason: 'Former secrets, so that what they sealed still opens.',
    isSecret: true,
  },
  MEDLEY_SMTP_URL: {
    schema: z
      .string()
      .regex(/^smtps?:\/\//)
      .optional(),
    reason: 'Mail server; without it mail is kept in the outbox viewer.',
    isSecret: true,
  },
  MEDLEY_SMS_SECRET: { schema: z.string().optional(), reason: 'Signs requests to the SMS gateway.', isSecret: true },
  MEDLEY_OIDC_CLIENT_SECRET: {
    schema: z.string().optional(),
    reason: 'Our client secret at the issuer.',
    isSecret: true,
  },
  MEDLEY_TURN_SECRET: {
    schema: z.string().min(16).optional(),
    reason:
      'What the TURN server and Medley share (coturn: static-auth-secret); credentials made from it end by themselves.',
    isSecret: true,
  },
  MEDLEY_JANUS_TOKEN_SECRET: {
    schema: z.string().min(16).optional(),
    reason: 'What Janus and Medley share to sign who may connect (Janus: token_auth_secret).',
    isSecret: true,
  },
  MEDLEY_JANUS_ADMIN_SECRET: {
    schema: z.string().min(16).optional(),
    reason: 'Opens the Admin API of Janus (Janus: admin_secret).',
    isSecret: true,
  },
  MEDLEY_JANUS_ROOM_KEY: {
    schema: z.string().min(16).optional(),
    reason: 'Makes rooms in Janus (videoroom: admin_key).',
    isSecret: true,
  },
  MEDLEY_LIVEKIT_KEY: {
    schema: z
      .string()
      .regex(/^[^:]+:.{16,}$/)
      .optional(),
    reason: 'API key and secret of LiveKit as key:secret.',
    isSecret: true,
  },
  MEDLEY_S3_KEY: {
    schema: z.string().optional(),
    reason: 'Access key id and secret of the bucket as id:secret; without it the environment’s own credentials.',
    isSecret: true,
  },
} as const satisfies Record<string, Variable>

type Values = { [Key in keyof typeof variables]: z.output<(typeof variables)[Key]['schema']> }
export type Role = 'api' | 'worker' | 'scheduler'

/** What the process runs with: the variables, and the placement from the command line. */
export type Config = Readonly<Values> & {
  readonly dataDirectory: string
  /** Services of this process; undefined is all of them. */
  readonly services: readonly string[] | undefined
  readonly roles: readonly Role[]
  /** Service → address of the process that runs it, from MEDLEY_AT_<SERVICE>. */
  readonly addresses: Readonly<Record<string, string>>
}

/** All problems of a configuration at once, so that nobody fixes them one start at a time. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

export function readConfig(
  env: Record<string, string | undefined>,
  flags: { services?: string; roles?: string; port?: string } = {},
): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  const given: Record<string, string | undefined> = {
    ...env,
    ...(flags.port === undefined ? {} : { MEDLEY_PORT: flags.port }),
  }
  for (const [name, { schema }] of Object.entries(variables) as [string, Variable][]) {
    const result = schema.safeParse(given[name] === '' ? undefined : given[name])
    if (result.success) values[name] = result.data
    else problems.push(`${name}: ${result.error.issues.map(issue => issue.message).join('; ')}`)
  }
  const addresses: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('MEDLEY_') || name in variables) continue
    if (!name.startsWith('MEDLEY_AT_'))
      problems.push(`${name}: no such variable; docs/reference/configuration.md lists them all`)
    else if (value && URL.canParse(value))
      addresses[name.slice('MEDLEY_AT_'.length).toLowerCase()] = value.replace(/\/$/, '')
    else problems.push(`${name}: must be an address such as http://localhost:8081`)
  }
  const roles = (flags.roles ?? 'api,worker,scheduler').split(',')
  for (const role of roles)
    if (!['api', 'worker', 'scheduler'].includes(role))
      problems.push(`--roles: ${role} is none of api, worker, scheduler`)
  const config = values as Values
  if (config.MEDLEY_OIDC_ISSUER && !(config.MEDLEY_OIDC_CLIENT_ID && config.MEDLEY_OIDC_CLIENT_SECRET)) {
    problems.push('MEDLEY_OIDC_ISSUER: needs MEDLEY_OIDC_CLIENT_ID and MEDLEY_OIDC_CLIENT_SECRET beside it')
  }
  if (config.MEDLEY_TURN_URLS.some(url => /^turns?:/.test(url)) !== (config.MEDLEY_TURN_SECRET !== undefined))
    problems.push('MEDLEY_TURN_URLS: a turn: server and MEDLEY_TURN_SECRET need each other')
  if (config.MEDLEY_TURN_ONLY && !config.MEDLEY_TURN_SECRET)
    problems.push('MEDLEY_TURN_ONLY: needs a turn: server in MEDLEY_TURN_URLS')
  problems.push(...videoProblems(config))
  if (problems.length > 0)
    throw new ConfigurationError(`The configuration has ${problems.length} problem(s):\n- ${problems.join('\n- ')}`)
  return Object.freeze({
    ...config,
    dataDirectory: resolve(config.MEDLEY_DATA),
    services: flags.services?.split(','),
    roles: roles as Role[],
    addresses,
  })
}

/** What a media server needs beside its name, all of it at once. */
const neededBy = {
  p2p: [],
  janus: [
    'MEDLEY_JANUS_URL',
    'MEDLEY_JANUS_ADMIN_URL',
    'MEDLEY_JANUS_TOKEN_SECRET',
    'MEDLEY_JANUS_ADMIN_SECRET',
    'MEDLEY_JANUS_ROOM_KEY',
  ],
  livekit: ['MEDLEY_LIVEKIT_URL', 'MEDLEY_LIVEKIT_KEY'],
} as const

function videoProblems(config: Values): string[] {
  // What is none of the three was told already.
  const { MEDLEY_VIDEO: kind = 'p2p' } = config as Partial<Values>
  const missing = neededBy[kind].filter(name => config[name] === undefined)
  const isSecure = (config.MEDLEY_PUBLIC_URL ?? '').startsWith('https:')
  const open = (['MEDLEY_JANUS_URL', 'MEDLEY_LIVEKIT_URL'] as const).filter(name => config[name]?.startsWith('ws:'))
  return [
    ...(missing.length > 0 ? [`MEDLEY_VIDEO: ${kind} needs ${missing.join(', ')} beside it`] : []),
    // A page that came over TLS may not open anything else (mixed content), so every call would fail.
    ...(isSecure ? open.map(name => `${name}: must be wss:, as the page is https:`) : []),
  ]
}
