// Sends what waits. Each delivery is claimed, sent and settled by itself, so one bad address stops nobody.
import { unlessGone } from '#core/fault'
import { appointment } from '#contract/appointment'
import { identity } from '#contract/identity'
import { asking, type Call } from '#core/call'
import type { RunJob } from '#core/service'
import { missingFor, nextTryMs, triesMax } from '../rules/channels.ts'
import { kinds } from '../rules/kinds.ts'
import { htmlOf, type Letter, textOf } from '../rules/mail.ts'
import type { Deps } from '../service.ts'
import type { Parcel } from '../store.ts'

const batchMax = 100

/** With `deliveryIds` those of one event; from the timetable everything that is due. */
export function deliverJob(deps: Deps): RunJob {
  const { kit, store } = deps
  return async (data, { call, progress }) => {
    const { deliveryIds } = (data ?? {}) as { deliveryIds?: string[] }
    const ids = await kit.database.save(call, () => store.claim(deliveryIds, triesMax, batchMax, kit.clock.nowMs()))
    for (const [index, id] of ids.entries()) {
      await deliver(deps, id, call)
      if (ids.length > 10) await progress(index + 1, ids.length)
    }
  }
}

async function deliver(deps: Deps, id: string, call: Call): Promise<void> {
  const { kit, store } = deps
  const parcel = await kit.database.read(call, () => store.parcel(id))
  if (parcel?.state !== 'waiting') return
  const outcome = await send(deps, parcel, call).then(
    missing => (missing === undefined ? { state: 'sent' as const } : { state: 'skipped' as const, detail: missing }),
    (error: unknown) => failure(deps, parcel, error),
  )
  await kit.database.save(call, async () => {
    await store.settle(id, outcome, kit.clock.nowMs())
  })
}

function failure({ kit }: Deps, { id, tries, channel }: Parcel, error: unknown) {
  kit.log.warn({ err: error, deliveryId: id, channel, tries }, 'a delivery failed')
  // Names of errors only: their messages tend to quote the address.
  const { code, name } = error as { code?: unknown; name?: string }
  const detail = typeof code === 'string' ? code : (name ?? 'failed')
  return tries >= triesMax
    ? { state: 'failed' as const, detail }
    : { state: 'waiting' as const, detail, dueMs: nextTryMs(tries, kit.clock.nowMs()) }
}

/** Why it could not be sent at all, or undefined when the next hop took it. */
async function send(deps: Deps, parcel: Parcel, call: Call): Promise<string | undefined> {
  const { kit, store } = deps
  const contact = await unlessGone(kit.call(identity).contactOf({ personId: parcel.person_id }, asking(call)))
  if (!contact) return 'the person is not here any more'
  const devices = await kit.database.read(call, () => store.devices(parcel.person_id))
  const { email, phone } = contact
  const reachable = { hasMail: email !== '', hasPhone: phone !== undefined, hasDevice: devices.length > 0 }
  const missing = missingFor(parcel.channel, reachable)
  if (missing !== undefined) return missing
  if (parcel.channel === 'mail') await sendMail(deps, parcel, contact, call)
  if (parcel.channel === 'sms' && phone) await kit.sms.send({ id: parcel.id, to: phone, text: parcel.short })
  if (parcel.channel !== 'push') return undefined
  let reached = 0
  for (const device of devices) {
    const answer = await kit.push.send(device, { id: parcel.id, title: parcel.short })
    if (answer === 'sent') reached += 1
    else await kit.database.save(call, async () => void (await store.removeDevice(device.id, parcel.person_id)))
  }
  return reached === 0 ? 'no device takes messages any more' : undefined
}

async function sendMail({ kit }: Deps, parcel: Parcel, { email, name }: { email: string; name: string }, call: Call) {
  const { publicUrl } = kit.settings
  const letter: Letter = {
    ...parcel,
    name,
    url: `${publicUrl}${parcel.link ?? '/notifications'}`,
    preferencesUrl: `${publicUrl}/notifications?tab=preferences`,
  }
  const bookingId = kinds[parcel.kind].hasInvitation ? parcel.booking_id : null
  const invitation = bookingId && (await unlessGone(kit.call(appointment).invitation({ bookingId }, asking(call))))
  // The booking as it is now: a cancelled one goes out as a cancellation, whichever mail carries it.
  const method = invitation && /^METHOD:CANCEL\r?$/m.test(invitation.ics) ? 'CANCEL' : 'REQUEST'
  const attachments = invitation
    ? [
        {
          name: invitation.fileName,
          contentType: `text/calendar; charset=utf-8; method=${method}`,
          content: invitation.ics,
          method,
        } as const,
      ]
    : []
  await kit.mail.send({
    id: parcel.id,
    to: email,
    subject: parcel.title,
    text: textOf(letter),
    html: htmlOf(letter),
    attachments,
  })
}
