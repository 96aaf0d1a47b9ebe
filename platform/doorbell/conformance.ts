import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Doorbell, noteMax, type Ring } from './port.ts'

/** `make` opens the doorbell of one more process; adapters that reach only their own process give the same one twice. */
export function doorbellConforms(name: string, make: () => Promise<Doorbell>): void {
  describe(`doorbell: ${name}`, () => {
    const opened = new Set<Doorbell>()
    const open = async () => {
      const doorbell = await make()
      opened.add(doorbell)
      return doorbell
    }
    after(() => Promise.all([...opened].map(each => each.close())))

    it('rings in every process, the own one included', async () => {
      const [one, other] = [await open(), await open()]
      const channel = `a/${randomUUID()}`
      const heard = [heardOn(one, channel), heardOn(other, channel)]
      one.ring([{ channel, seq: 1 }])
      for (const each of heard) await until(() => each.some(ring => ring.seq === 1))
    })

    it('tells the highest number of each channel, however many are rung at once', async () => {
      const [one, other] = [await open(), await open()]
      const channels = Array.from({ length: 300 }, () => `grüße/${randomUUID()}`)
      const heard = channels.map(channel => heardOn(other, channel))
      for (let seq = 1; seq <= 20; seq++) one.ring(channels.map(channel => ({ channel, seq })))
      for (const each of heard) await until(() => each.some(ring => ring.seq === 20))
    })

    it('carries notes whole and in order', async () => {
      const [one, other] = [await open(), await open()]
      const channel = `a/${randomUUID()}`
      const heard = heardOn(other, channel)
      const notes = Array.from({ length: 40 }, (_, index) => `${index} 漢`.padEnd(noteMax, 'ü'))
      for (const note of notes) one.ring([{ channel, note }])
      await until(() => heard.length === notes.length)
      assert.deepEqual(
        heard.map(each => each.note),
        notes,
      )
    })

    it('is silent to who stopped listening', async () => {
      const one = await open()
      const channel = `a/${randomUUID()}`
      const heard: Ring[] = []
      const stop = one.listen(ring => void heard.push(ring))
      const still = heardOn(one, channel)
      stop()
      one.ring([{ channel, seq: 1 }])
      await until(() => still.length > 0)
      assert.deepEqual(heard, [])
    })
  })
}

function heardOn(doorbell: Doorbell, channel: string): Ring[] {
  const heard: Ring[] = []
  doorbell.listen(ring => void (ring.channel === channel && heard.push(ring)))
  return heard
}

async function until(isSo: () => boolean): Promise<void> {
  const limitMs = performance.now() + 10_000
  while (!isSo()) {
    assert.ok(performance.now() < limitMs, 'nothing rang')
    await pause(5)
  }
}
