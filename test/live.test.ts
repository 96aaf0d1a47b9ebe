// Live over real sockets: nothing lost however often the network breaks, and nothing heard by whoever may not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket as Socket } from 'ws'
import { appointment } from '#contract/appointment'
import { consultation, type Message } from '#contract/consultation'
import type { Call } from '#core/call'
import { newId } from '#core/id'
import { type Live, type LiveEntry, openLive } from '#core/live'
import { aClinician } from './clinic.ts'
import { type Signed, signUp } from './people.ts'
import { freePort } from './servers/child.ts'
import { splitMedley, type TestMedley, testMedley } from './start.ts'

const minute = 60_000
const hour = 60 * minute

let medley: TestMedley
before(async () => {
  const port = await freePort()
  // Sockets keep the system's time, so the visits of this test lie about now.
  const env = {
    MEDLEY_PORT: String(port),
    MEDLEY_PUBLIC_URL: `http://127.0.0.1:${port}`,
    MEDLEY_LIVE_PER_PERSON: '3',
  }
  medley = await testMedley({ env, startMs: 'real' })
})
after(() => medley.stop())

/** Any time of any day, whenever this test runs. */
const always = {
  timeZone: 'UTC',
  windows: [1, 2, 3, 4, 5, 6, 7].map(weekday => ({ weekday, from: '00:00', to: '24:00' })),
  stepMinutes: 5,
}

type Room = { visitId: string; channel: string; patient: Signed; call: Call; clinician: Call }

async function aRoom(at: TestMedley, others: TestMedley = at): Promise<Room> {
  const clinician = await aClinician(others, always)
  const patient = await signUp(at.url, 'Pat Testing')
  const call = at.as({ personId: patient.personId, roles: ['patient'], jurisdiction: 'US-MA' })
  const ask = { clinicianId: clinician.id, serviceId: clinician.serviceId, days: 1 }
  const { times } = await at.call(appointment).freeTimes(ask, call)
  const { id: visitId } = await at
    .call(appointment)
    .book(
      { ...clinician.wish, startsAt: times.find(each => Date.parse(each.startsAt) - Date.now() < hour)!.startsAt },
      call,
    )
  await at.call(consultation).enter({ visitId }, call)
  return { visitId, channel: `consultation.visit/${visitId}`, patient, call, clinician: clinician.call }
}

const say = (at: TestMedley, { visitId, call }: Room, text: string) =>
  at.call(consultation).say({ visitId, text }, { ...call, idempotencyKey: newId() })

function liveOf(at: TestMedley, { token }: Pick<Signed, 'token'>): Live {
  return openLive({ url: at.url, token: async () => token })
}

async function until(what: string, isSo: () => boolean, withinMs = 30_000): Promise<void> {
  const limitMs = performance.now() + withinMs
  while (!isSo()) {
    assert.ok(performance.now() < limitMs, what)
    await pause(5)
  }
}

test('two thousand messages through a hundred broken connections: none lost, none twice, in order', async () => {
  const room = await aRoom(medley)
  const wanted = 2_000
  const live = liveOf(medley, room.patient)
  const seqs: number[] = []
  const texts: string[] = []
  live.watch(room.channel, {
    after: 0,
    onEntry({ seq, type, data }) {
      if (seq === undefined || type !== 'said') return
      seqs.push(seq)
      texts.push((data as Message).text)
    },
  })
  const said: string[] = []
  const writing = Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let count = 0; count < wanted / 4; count++) {
        await say(medley, room, `${writer}/${count}`)
        said.push(`${writer}/${count}`)
      }
    }),
  )
  let drops = 0
  const breaking = (async () => {
    while (texts.length < wanted || drops < 100) {
      await until('it comes back', () => live.state() === 'live')
      await pause(Math.random() * 40)
      live.drop()
      drops++
      await until('it is gone', () => live.state() !== 'live', 5_000).catch(() => {})
    }
  })()
  await writing
  await until('all is heard', () => texts.length >= wanted, 60_000)
  await breaking
  live.close()
  assert.ok(drops >= 100, `only ${drops} connections were broken`)
  assert.deepEqual(texts.toSorted(), said.toSorted())
  assert.deepEqual(
    seqs,
    Array.from({ length: wanted }, (_, index) => index + 1),
  )
})

test('without going on from the last number, messages would be lost', async () => {
  const room = await aRoom(medley)
  const heard: number[] = []
  let isDone = false
  const writing = (async () => {
    for (let count = 0; count < 200; count++) await say(medley, room, `${count}`)
    isDone = true
  })()
  // What `openLive` does, less the one thing: it does not say after which number.
  while (!isDone) {
    const socket = await admitted(medley, room.patient.token)
    socket.on('message', raw => heard.push((JSON.parse(String(raw)) as LiveEntry).seq ?? 0))
    socket.send(JSON.stringify({ watch: room.channel }))
    await pause(30)
    socket.close()
    await pause(10)
  }
  await writing
  assert.ok(new Set(heard.filter(seq => seq > 0)).size < 200, 'nothing was lost, so the test above proves nothing')
})

/** A socket that has shown its token. */
async function admitted(at: TestMedley, token: string, headers: Record<string, string> = {}): Promise<Socket> {
  const socket = new Socket(`${at.url.replace('http', 'ws')}/api/live`, { headers })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const answer = new Promise((resolve, reject) => {
    socket.once('message', resolve)
    socket.once('close', code => reject(new Error(`closed with ${code}`)))
  })
  socket.send(JSON.stringify({ token }))
  await answer
  return socket
}

const closed = (socket: Socket) => new Promise<number>(resolve => socket.once('close', resolve))

async function hearing(socket: Socket, channel: string, afterSeq = 0): Promise<LiveEntry[]> {
  const heard: LiveEntry[] = []
  socket.on('message', raw => heard.push(JSON.parse(String(raw)) as LiveEntry))
  socket.send(JSON.stringify({ watch: channel, after: afterSeq }))
  await until('an answer', () => heard.length > 0)
  return heard
}

test('a stranger, a channel that there is not and one of another kind are all the same: not found', async () => {
  const room = await aRoom(medley)
  const stranger = await signUp(medley.url, 'Stranger')
  const socket = await admitted(medley, stranger.token)
  for (const channel of [room.channel, `consultation.visit/${newId()}`]) {
    const [answer] = await hearing(socket, channel)
    assert.deepEqual([answer?.type, answer?.data], ['$ended', { code: 'request.notFound' }])
    socket.removeAllListeners('message')
  }
  for (const channel of [`consultation.note/${newId()}`, `medley.x/${newId()}`, 'consultation.visit/../x']) {
    const [answer] = await hearing(socket, channel)
    assert.deepEqual([answer?.type, answer?.data], ['$ended', { code: 'request.notFound' }])
    socket.removeAllListeners('message')
  }
  socket.close()
  await medley.settle()
  const { rows } = await medley.platform.database.execute(
    `select record::jsonb ->> 'outcome' as outcome from audit.entry
     where record::jsonb ->> 'action' = 'consultation.watchVisit' and record::jsonb ->> 'personId' = $1`,
    [stranger.personId],
  )
  assert.deepEqual(
    rows.map(row => row['outcome']),
    ['refused', 'refused'],
  )
})

test('a session that is signed out hears nothing more within five seconds', async () => {
  const room = await aRoom(medley)
  const socket = await admitted(medley, room.patient.token)
  const heard = await hearing(socket, room.channel)
  const ending = closed(socket)
  const startMs = performance.now()
  await fetch(`${medley.url}/auth/sign-out`, {
    method: 'POST',
    headers: { cookie: room.patient.cookie, origin: medley.url, 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(await ending, 4401)
  assert.ok(performance.now() - startMs < 5_000)
  const before = heard.length
  await say(medley, room, 'after the end')
  assert.equal(heard.length, before)
})

test('a guest whom the patient sends away hears nothing more within five seconds', async () => {
  const room = await aRoom(medley)
  const guest = await signUp(medley.url, 'Guest')
  const ops = medley.call(consultation)
  const { visitId, call } = room
  const invited = await ops.invite({ visitId, name: 'Guest', relation: 'relative' }, call)
  await ops.acceptInvitation(
    { visitId, code: invited.code },
    medley.as({ personId: guest.personId, roles: ['patient'] }),
  )
  const socket = await admitted(medley, guest.token)
  const heard = await hearing(socket, room.channel)
  const startMs = performance.now()
  await ops.consentToGuest({ visitId, guestId: invited.guest.id, agrees: false }, call)
  await until('the end', () => heard.some(each => each.type === '$ended'), 5_000)
  assert.ok(performance.now() - startMs < 5_000)
  await say(medley, room, 'in private')
  await pause(200)
  assert.ok(!heard.some(each => (each.data as { text?: string } | null)?.text === 'in private'))
  socket.close()
})

test('sockets without a token, with a wrong one, with junk or from another site are closed', async () => {
  const room = await aRoom(medley)
  await assert.rejects(admitted(medley, 'not-a-token'), /4401/)
  const junk = await admitted(medley, room.patient.token)
  const ending = closed(junk)
  junk.send('{"watch": 7}')
  assert.equal(await ending, 4400)
  const large = await admitted(medley, room.patient.token)
  const cut = closed(large)
  large.send('x'.repeat(20_000))
  assert.equal(await cut, 1009)
  await assert.rejects(admitted(medley, room.patient.token, { origin: 'https://evil.example' }), /403/)
  const early = new Socket(`${medley.url.replace('http', 'ws')}/api/live`)
  await new Promise(resolve => early.once('open', resolve))
  const shut = closed(early)
  early.send(JSON.stringify({ watch: room.channel }))
  assert.equal(await shut, 4401)
})

test('one person has so many connections and no more, and another’s token does not take one over', async () => {
  const [mine, other] = [await signUp(medley.url, 'Mine'), await signUp(medley.url, 'Other')]
  const open = await Promise.all([0, 1, 2].map(() => admitted(medley, mine.token)))
  await assert.rejects(admitted(medley, mine.token), /4429/)
  const ending = closed(open[0]!)
  open[0]!.send(JSON.stringify({ token: other.token }))
  assert.equal(await ending, 4401)
  const again = await admitted(medley, mine.token)
  for (const socket of [...open, again]) socket.close()
})

test('who types is told to the others, and only what the contract knows', async () => {
  const room = await aRoom(medley)
  const one = await admitted(medley, room.patient.token)
  const other = await admitted(medley, room.patient.token)
  const heard = await hearing(other, room.channel)
  await hearing(one, room.channel)
  one.send(JSON.stringify({ note: room.channel, type: 'shouting', data: {} }))
  one.send(JSON.stringify({ note: room.channel, type: 'typing', data: { text: 'secret' } }))
  one.send(JSON.stringify({ note: room.channel, type: 'typing', data: {} }))
  await until('it is told', () => heard.some(each => each.type === 'typing'))
  const told = heard.filter(each => !each.type.startsWith('$'))
  assert.deepEqual(told, [{ ch: room.channel, type: 'typing', data: { from: room.patient.personId } }])
  one.close()
  other.close()
})

test('server-sent events tell the same, from the number asked for', async () => {
  const room = await aRoom(medley)
  for (const text of ['a', 'b']) await say(medley, room, text)
  const address = `${medley.url}/api/live/stream?channel=${encodeURIComponent(room.channel)}`
  const { authorization } = room.patient.headers
  const ending = new AbortController()
  const answer = await fetch(address, {
    headers: { authorization: authorization!, 'last-event-id': '1' },
    signal: ending.signal,
  })
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  let text = ''
  const reading = (async () => {
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) text += part
  })().catch(() => {})
  await say(medley, room, 'c')
  await until('c is told', () => text.includes('id: 3\n'))
  assert.deepEqual(
    [...text.matchAll(/^id: (\d)$/gm)].map(match => match[1]),
    ['2', '2', '3'],
  )
  ending.abort()
  await reading
  const stranger = await signUp(medley.url, 'Stranger')
  const refused = await fetch(address, { headers: { authorization: `Bearer ${stranger.token}` } })
  assert.equal(refused.status, 404)
  assert.equal((await fetch(address)).status, 401)
})

test('where sockets are broken the client goes on by streams', async () => {
  const room = await aRoom(medley)
  const url = medley.url
  const heard: string[] = []
  const original = globalThis.WebSocket
  // A network that lets no socket through, as some proxies do.
  globalThis.WebSocket = class extends original {
    constructor() {
      super('ws://127.0.0.1:9/')
    }
  }
  try {
    const live = openLive({ url, token: async () => room.patient.token })
    live.watch(room.channel, { after: 0, onEntry: ({ data }) => heard.push((data as Message).text) })
    await say(medley, room, 'through')
    await until('it is heard', () => heard.includes('through'), 20_000)
    live.close()
  } finally {
    globalThis.WebSocket = original
  }
})

test('an edge without the service serves its channels, and asks the service who may watch', async () => {
  await using split = await splitMedley({ startMs: 'real' })
  const [people, visits] = split.parts
  const room = await aRoom(split.edge, people)
  const socket = await admitted(split.edge, room.patient.token)
  const heard = await hearing(socket, room.channel)
  await say(split.edge, room, 'across')
  await until('it is heard', () => heard.some(each => (each.data as { text?: string } | null)?.text === 'across'))
  const stranger = await signUp(split.edge.url, 'Stranger')
  const [answer] = await hearing(await admitted(split.edge, stranger.token), room.channel)
  assert.deepEqual(answer?.data, { code: 'request.notFound' })
  const ending = closed(socket)
  const startMs = performance.now()
  await visits!.stop()
  // Nobody can be asked any more, so nobody is believed; they come back when somebody can.
  assert.equal(await ending, 1013)
  assert.ok(performance.now() - startMs < 10_000)
})
