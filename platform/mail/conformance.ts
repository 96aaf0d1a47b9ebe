import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Attachment, KeptMessage, KeptMessages, Mail } from './port.ts'

type Attached = { readonly name: string; readonly contentType: string; readonly text: string }

/** What reached the other side, in the words of the port. */
export type Received = {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Something that is the same for two mails of one id, and differs between ids. */
  readonly mark: string
  readonly attachments: readonly Attached[]
}

const calendar = 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Größe 漢字\r\nEND:VCALENDAR\r\n'

/** What every way to send mail promises; `received` tells all that arrived, oldest first. */
export function mailConforms(
  name: string,
  make: () => Promise<{ mail: Mail; received: () => Promise<readonly Received[]> }>,
): void {
  describe(`mail: ${name}`, () => {
    const message = () => ({ id: randomUUID(), to: `${randomUUID()}@example.org`, subject: 'Hello', text: 'A line' })

    it('arrives with every character', async () => {
      const { mail, received } = await make()
      const sent = {
        ...message(),
        subject:
          'Ihr Termin: Größe 漢字 🩺 — und noch ein langer Rest, der eine Zeile der Kopfdaten sicher sprengt, ja',
        text: `Grüße,\n.\n..dots\nFrom here\n${'ein langer Satz '.repeat(100)}\n🩺`,
      }
      assert.ok((await mail.send(sent)).providerId)
      const [arrived] = (await received()).filter(each => each.to === sent.to)
      assert.equal(arrived?.subject, sent.subject)
      assert.equal(arrived?.text.replaceAll('\r\n', '\n').trimEnd(), sent.text)
      assert.deepEqual(arrived?.attachments, [])
      await mail.close()
    })

    it('carries files and an invitation', async () => {
      const { mail, received } = await make()
      const attachments: Attachment[] = [
        { name: 'notes-größe.csv', contentType: 'text/csv; charset=utf-8', content: 'a;b\nü;漢' },
        {
          name: 'visit.ics',
          contentType: 'text/calendar; charset=utf-8; method=REQUEST',
          content: calendar,
          method: 'REQUEST',
        },
      ]
      const sent = { ...message(), html: '<p>A <b>line</b></p>', attachments }
      await mail.send(sent)
      const [arrived] = (await received()).filter(each => each.to === sent.to)
      assert.equal(arrived?.text.trimEnd(), 'A line')
      for (const each of attachments) {
        const found: Attached | undefined = arrived?.attachments.find(file => file.name === each.name)
        assert.ok(found, each.name)
        assert.equal(found.text, each.content)
        if (each.method === undefined) assert.ok(found.contentType.startsWith('text/csv'))
      }
      await mail.close()
    })

    it('makes a repeat recognisable', async () => {
      const { mail, received } = await make()
      const [sent, other] = [message(), message()]
      const first = await mail.send(sent)
      assert.deepEqual(await mail.send(sent), first)
      assert.notDeepEqual(await mail.send(other), first)
      const all = await received()
      const marksOf = (to: string) => new Set(all.filter(each => each.to === to).map(each => each.mark))
      assert.equal(marksOf(sent.to).size, 1)
      assert.notDeepEqual(marksOf(sent.to), marksOf(other.to))
      await mail.close()
    })

    it('refuses what could write a header or reach somebody else, and sends nothing', async () => {
      const { mail, received } = await make()
      const before = (await received()).length
      const file = { name: 'a.txt', contentType: 'text/plain', content: '' }
      const hostile = [
        { subject: 'Hello\r\nBcc: eve@example.org' },
        { subject: 'Hello\nX: y' },
        { subject: 'Hello\u2028X: y' },
        ...['', 'eve', 'a@b.example, eve@example.org', 'a@b.example;eve@example.org', '"a b"@b.example'].map(to => ({
          to,
        })),
        ...[
          'A <a@b.example>',
          'a@b.example\r\nBcc: c@d.example',
          'a@b@c.example',
          'a@b.example\0',
          '<a@b.example>',
        ].map(to => ({ to })),
        ...['', 'a b', 'a>\r\nX: y', '<a>', 'a@b'].map(id => ({ id })),
        { attachments: [{ ...file, name: 'a.txt"\r\nX: y' }] },
        { attachments: [{ ...file, contentType: 'text/plain\r\nX: y' }] },
        {
          attachments: [
            { ...file, method: 'REQUEST' as const },
            { ...file, method: 'CANCEL' as const },
          ],
        },
      ]
      for (const each of hostile)
        await assert.rejects(mail.send({ ...message(), ...each }), TypeError, JSON.stringify(each))
      assert.equal((await received()).length, before)
      await mail.close()
    })
  })
}

/** What every store of kept messages promises. `make` begins with an empty one whose clock moves a second each time. */
export function keptMessagesConform(name: string, make: () => Promise<KeptMessages>): void {
  describe(`kept messages: ${name}`, () => {
    const message = (text: string): Omit<KeptMessage, 'sentAt'> => ({
      id: randomUUID(),
      channel: 'mail',
      to: 'alice@example.org',
      subject: 'Größe "quoted"',
      text,
      attachments: [{ name: 'a.ics', contentType: 'text/calendar', text: 'BEGIN\r\nEND\r\n' }],
    })

    it('removes what is named and nothing else, also twice', async () => {
      const kept = await make()
      const [gone, stays] = [message('gone'), message('stays')]
      for (const each of [gone, stays]) await kept.add(each)
      for (let time = 0; time < 2; time++) await kept.remove([gone.id, randomUUID()])
      assert.deepEqual(
        (await kept.list({ limit: 10 })).items.map(each => each.text),
        ['stays'],
      )
    })

    it('lists the newest first, page by page, each once', async () => {
      const kept = await make()
      const messages = Array.from({ length: 7 }, (_, index) => message(`${index}`))
      for (const each of messages) await kept.add(each)
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await kept.list({ limit: 3, cursor })
        assert.ok(page.items.length <= 3)
        seen.push(...page.items.map(each => each.text))
        cursor = page.nextCursor
      } while (cursor !== undefined)
      assert.deepEqual(seen, ['6', '5', '4', '3', '2', '1', '0'])
      const { sentAt, ...first } = (await kept.list({ limit: 1 })).items[0]!
      assert.deepEqual(first, messages[6])
      assert.ok(sentAt instanceof Date)
    })

    it('keeps the same id once', async () => {
      const kept = await make()
      const one = message('first')
      await Promise.all(Array.from({ length: 5 }, () => kept.add(one)))
      await kept.add({ ...one, text: 'second' })
      assert.deepEqual(
        (await kept.list({ limit: 10 })).items.map(each => each.text),
        ['first'],
      )
    })

    it('begins at the newest for a cursor that is not ours', async () => {
      const kept = await make()
      await kept.add(message('here'))
      const forged = btoa(encodeURIComponent(JSON.stringify(["'; drop table", 'x'])))
      for (const cursor of ['', 'nonsense', forged])
        assert.equal((await kept.list({ limit: 10, cursor })).items.length, 1)
    })
  })
}
