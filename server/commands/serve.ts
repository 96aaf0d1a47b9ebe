import { type Command, version } from './command.ts'
import { readConfig } from '../config.ts'
import { isDemo, type Medley, startMedley } from '../lifecycle.ts'
import { type DemoAccount, seedDemo } from '../seed.ts'
import { services } from '../services.ts'

/** Runs until it is told to stop. A second signal stops at once. */
export const serve: Command = async ({ flags, env }) => {
  const startMs = performance.now()
  const config = readConfig(env, flags)
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const step = (text: string) => say(`  ${((performance.now() - startMs) / 1_000).toFixed(1).padStart(5)} s  ${text}`)
  say('Medley is starting')
  let accounts: readonly DemoAccount[] = []
  const beforeReady = async (started: Medley) => {
    if (isDemo(config)) accounts = await seedDemo(started, step)
  }
  const medley = await startMedley({ config, services, version, onStep: step, beforeReady })
  step('Ready')
  if (medley.url) say(`\n  ${config.MEDLEY_PUBLIC_URL ?? medley.url.replace('127.0.0.1', 'localhost')}`)
  if (accounts.length > 0) {
    say('\n  Demo accounts')
    for (const { email, password, role } of accounts) say(`  ${role.padEnd(11)} ${email.padEnd(30)} ${password}`)
  }
  say('')
  await stopped(medley.stop, config.MEDLEY_DRAIN_SECONDS)
  return 0
}

function stopped(stop: () => Promise<void>, graceSeconds: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onSignal = () => {
    process.once('SIGINT', () => process.exit(1))
    // A hung connection must not keep the process for ever.
    setTimeout(() => process.exit(1), graceSeconds * 1_000 + 5_000).unref()
    stop().then(resolve, reject)
  }
  process.once('SIGTERM', onSignal)
  process.once('SIGINT', onSignal)
  return promise
}
