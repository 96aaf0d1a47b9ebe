import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placedHere } from './compose.ts'
import { ConfigurationError, readConfig } from './config.ts'
import { services } from './services.ts'

test('without any variable everything has a default', () => {
  const config = readConfig({})
  assert.deepEqual(
    [config.MEDLEY_PORT, config.MEDLEY_REGION, config.MEDLEY_DATABASE_URL, config.roles],
    [8080, 'us', undefined, ['api', 'worker', 'scheduler']],
  )
})

test('all problems are listed at once, without any secret', () => {
  const wrong = {
    MEDLEY_PORT: 'eighty',
    MEDLEY_REGION: 'mars',
    MEDLEY_SECRET: 'tiny-secret',
    MEDLEY_TYPO: '1',
    MEDLEY_AT_AUDIT: 'nowhere',
    MEDLEY_OIDC_ISSUER: 'https://id.example',
  }
  assert.throws(
    () => readConfig(wrong, { roles: 'api,cook' }),
    (error: Error) => {
      assert.ok(error instanceof ConfigurationError)
      for (const name of [...Object.keys(wrong), 'cook', '7 problem(s)'])
        assert.ok(error.message.includes(name), `${name} is missing in: ${error.message}`)
      assert.ok(!error.message.includes('tiny-secret'))
      return true
    },
  )
})

test('a media server needs all that belongs to it, and TLS where the page has it', () => {
  const janus = {
    MEDLEY_VIDEO: 'janus',
    MEDLEY_JANUS_URL: 'ws://video.example/janus',
    MEDLEY_JANUS_ADMIN_URL: 'http://10.0.0.5:7088/admin',
    MEDLEY_JANUS_TOKEN_SECRET: 'a-secret-of-sixteen',
    MEDLEY_JANUS_ADMIN_SECRET: 'a-secret-of-sixteen',
    MEDLEY_JANUS_ROOM_KEY: 'a-secret-of-sixteen',
  }
  assert.deepEqual([readConfig({}).MEDLEY_VIDEO, readConfig(janus).MEDLEY_VIDEO_DIRECT], ['p2p', 'small'])
  for (const name of Object.keys(janus).slice(1))
    assert.throws(() => readConfig({ ...janus, [name]: '' }), new RegExp(`janus needs ${name} beside it`))
  assert.throws(
    () => readConfig({ ...janus, MEDLEY_PUBLIC_URL: 'https://care.example' }),
    /MEDLEY_JANUS_URL: must be wss:/,
  )
  assert.throws(() => readConfig({ ...janus, MEDLEY_JANUS_URL: 'https://video.example' }), /MEDLEY_JANUS_URL/)
  assert.throws(
    () => readConfig({ MEDLEY_VIDEO: 'livekit' }),
    /livekit needs MEDLEY_LIVEKIT_URL, MEDLEY_LIVEKIT_KEY beside it/,
  )
  assert.throws(() => readConfig({ MEDLEY_VIDEO: 'zoom' }), /MEDLEY_VIDEO/)
})

test('a placement that lacks a service fails at second zero and says which', () => {
  const alone = readConfig({}, { services: 'appointment' })
  assert.throws(
    () => placedHere(alone, services),
    /appointment needs directory: add it to --services or set MEDLEY_AT_DIRECTORY/,
  )
  const reached = readConfig(
    { MEDLEY_AT_DIRECTORY: 'http://a:1', MEDLEY_AT_IDENTITY: 'http://a:1' },
    { services: 'appointment' },
  )
  assert.deepEqual(
    placedHere(reached, services).map(each => each.contract.name),
    ['appointment'],
  )
  assert.throws(() => placedHere(readConfig({}, { services: 'kitchen' }), services), /kitchen/)
})
