import { z } from 'zod'
import { VisitMode } from '#contract/directory'
import { Id } from '#core/id'
import { Money } from '#core/money'
import { Instant, PlainDate, PlainTime, TimeZone } from '#core/time'

/** Wall-clock hours of one weekday in the clinician's zone. 1 is Monday, 7 is Sunday (ISO 8601). */
export const WeeklyWindow = z.strictObject({ weekday: z.int().min(1).max(7), from: PlainTime, to: PlainTime })
export type WeeklyWindow = z.output<typeof WeeklyWindow>

/** One date on which the week does not hold: closed when it has no windows, else open in these instead. */
export const DateException = z.strictObject({
  date: PlainDate,
  windows: z.array(z.strictObject({ from: PlainTime, to: PlainTime })).max(10),
  note: z.string().max(200).optional(),
})
export type DateException = z.output<typeof DateException>

export const Availability = z.strictObject({
  timeZone: TimeZone,
  windows: z.array(WeeklyWindow).max(70),
  exceptions: z.array(DateException).max(400),
  bufferBeforeMinutes: z.int().min(0).max(120),
  bufferAfterMinutes: z.int().min(0).max(120),
  /** Nobody can book a time that begins sooner than this. */
  noticeMinutes: z.int().min(0).max(43_200),
  /** Nobody can book further ahead than this. */
  horizonDays: z.int().min(1).max(365),
  /** Times begin on multiples of this after a window opens. */
  stepMinutes: z.int().min(5).max(240),
})
export type Availability = z.output<typeof Availability>

export const FreeTime = z.strictObject({ startsAt: Instant, endsAt: Instant })
export type FreeTime = z.output<typeof FreeTime>

/** Why a time is not offered, from the same function that offers times. */
export const WhyNot = z.enum([
  'past',
  'noticeTooShort',
  'beyondHorizon',
  'outsideHours',
  'closedDate',
  'offStep',
  'booked',
  'held',
  'buffer',
  'notAcceptingPatients',
  'noLicence',
])
export type WhyNot = z.output<typeof WhyNot>

export const BookingState = z.enum(['booked', 'arrived', 'completed', 'cancelled', 'noShow'])
export type BookingState = z.output<typeof BookingState>

export const Booking = z.strictObject({
  id: Id,
  patientId: Id,
  /** Absent when the patients themselves ask. */
  patientName: z.string().optional(),
  clinicianId: Id,
  clinicianName: z.string(),
  organizationId: Id,
  serviceId: Id,
  serviceName: z.string(),
  mode: VisitMode,
  place: z.string(),
  price: Money,
  startsAt: Instant,
  endsAt: Instant,
  /** The clinician's zone; show it beside the viewer's own when they differ. */
  timeZone: TimeZone,
  state: BookingState,
  stateSince: Instant,
  /** What the patient wrote when booking. */
  reason: z.string().optional(),
  cancelReason: z.string().optional(),
  /** Goes up with every change; iCalendar's SEQUENCE. */
  revision: z.int(),
  createdAt: Instant,
})
export type Booking = z.output<typeof Booking>

export const Hold = z.strictObject({
  id: Id,
  clinicianId: Id,
  serviceId: Id,
  mode: VisitMode,
  startsAt: Instant,
  endsAt: Instant,
  expiresAt: Instant,
})
export type Hold = z.output<typeof Hold>

export const WaitListEntry = z.strictObject({
  id: Id,
  clinicianId: Id,
  clinicianName: z.string(),
  serviceId: Id,
  serviceName: z.string(),
  mode: VisitMode,
  earliestAt: Instant,
  latestAt: Instant,
  state: z.enum(['waiting', 'offered', 'filled', 'left', 'expired']),
  /** A time held for this person; book it with `holdId` before it expires. */
  offer: Hold.optional(),
  createdAt: Instant,
})
export type WaitListEntry = z.output<typeof WaitListEntry>
