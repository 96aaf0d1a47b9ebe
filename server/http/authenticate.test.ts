import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '#core/id'
import { signUp } from '../../test/people.ts'
import { freePort } from '../../test/servers/child.ts'
import { type TestMedley, testMedley } from '../../test/start.ts'
import { createDoorkeeper, personAudience } from './authenticate.ts'

let medley: TestMedley
before(async () => (medley = await testMedley({ env: { MEDLEY_PORT: String(await freePort()) }, startMs: 'real' })))
after(() => medley.stop())

test('however many stay, each is let in or not for themselves', async () => {
  const { platform, composition, url } = medley
  const { admit } = createDoorkeeper(platform, composition, url)
  const [ada, ben] = [await signUp(url, 'Ada'), await signUp(url, 'Ben')]
  const gone = await Promise.all(
    Array.from({ length: 1_200 }, () => {
      const caller = { personId: newId(), roles: ['patient'], organizationIds: [], sessionId: newId() }
      const nowMs = platform.clock.nowMs()
      return platform.keys.signToken({ caller }, { audience: personAudience, ttlMs: 60_000, nowMs })
    }),
  )
  const admitted = await admit([ada.token, ...gone, 'no token at all', ben.token])
  assert.deepEqual(
    admitted.flatMap((each, at) => (each ? [[at, each.caller.personId]] : [])),
    [
      [0, ada.personId],
      [1_202, ben.personId],
    ],
  )
})
