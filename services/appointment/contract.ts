import { z } from 'zod'
import { defineContract } from '#core/contract'
import { Clinician, SearchInput, VisitMode } from '#contract/directory'
import { Id } from '#core/id'
import { Money } from '#core/money'
import { PageInput, pageOf } from '#core/page'
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

/** A time one wants: of a clinician, for one of their services, in one of its modes. */
const Wish = { clinicianId: Id, serviceId: Id, mode: VisitMode, startsAt: Instant }
const AtBooking = {
  reason: z.string().trim().max(1_000).optional(),
  /** When to remind; a day and an hour before unless said, leaving out what is past already. */
  remindMinutesBefore: z.array(z.int().min(5).max(40_320)).max(5).optional(),
}
const bookingIn = z.strictObject({ bookingId: Id })
const changed = z.strictObject({
  bookingId: Id,
  clinicianId: Id,
  patientId: Id,
  organizationId: Id,
  startsAt: Instant,
  endsAt: Instant,
  timeZone: TimeZone,
  revision: z.int(),
})

export const appointment = defineContract({
  name: 'appointment',
  operations: {
    findCare: {
      method: 'GET',
      path: '/care',
      summary: 'Clinicians with their first real free times, soonest first',
      input: z.strictObject({
        ...SearchInput,
        limit: z.coerce.number().int().min(1).max(50).default(10),
        from: Instant.optional(),
        days: z.coerce.number().int().min(1).max(60).default(14),
      }),
      output: pageOf(
        z.strictObject({ clinician: Clinician, freeTimes: z.array(FreeTime).max(3), serviceId: Id.optional() }),
      ),
      allow: ['anyone'],
      audit: 'never',
    },
    freeTimes: {
      method: 'GET',
      path: '/clinicians/{clinicianId}/free-times',
      summary: 'The times a clinician can be booked for one service',
      input: z.strictObject({
        clinicianId: Id,
        serviceId: Id,
        from: Instant.optional(),
        days: z.coerce.number().int().min(1).max(92).default(14),
      }),
      output: z.strictObject({ timeZone: TimeZone, times: z.array(FreeTime) }),
      allow: ['anyone'],
      faults: ['clinicianNotFound', 'serviceNotFound'],
      audit: 'never',
    },
    whyNot: {
      method: 'GET',
      path: '/clinicians/{clinicianId}/why-not',
      summary: 'Why a time is not offered; empty when it is',
      input: z.strictObject({ clinicianId: Id, serviceId: Id, startsAt: Instant }),
      output: z.strictObject({ reasons: z.array(WhyNot), nextFree: FreeTime.optional() }),
      allow: ['anyone'],
      faults: ['clinicianNotFound', 'serviceNotFound'],
      audit: 'never',
    },
    availability: {
      method: 'GET',
      path: '/clinicians/{clinicianId}/availability',
      summary: 'When a clinician works',
      input: z.strictObject({ clinicianId: Id }),
      output: Availability,
      allow: ['clinician', 'operator'],
      faults: ['clinicianNotFound'],
    },
    setAvailability: {
      method: 'PUT',
      path: '/clinicians/{clinicianId}/availability',
      summary: 'Say when a clinician works; visits already booked stay',
      input: z.strictObject({ clinicianId: Id, availability: Availability }),
      output: Availability,
      allow: ['clinician', 'operator', 'service'],
      faults: ['clinicianNotFound', 'windowsOverlap', 'windowInvalid'],
    },
    previewAvailability: {
      method: 'POST',
      path: '/clinicians/{clinicianId}/availability-preview',
      summary: 'The times patients would see under a draft, and why one would be missing',
      input: z.strictObject({
        clinicianId: Id,
        availability: Availability,
        minutes: z.int().min(5).max(240),
        from: Instant.optional(),
        days: z.int().min(1).max(31).default(7),
        ask: Instant.optional(),
      }),
      output: z.strictObject({ times: z.array(FreeTime), reasons: z.array(WhyNot) }),
      allow: ['clinician', 'operator'],
      faults: ['clinicianNotFound', 'windowsOverlap', 'windowInvalid'],
      audit: 'never',
    },
    hold: {
      method: 'POST',
      path: '/holds',
      summary: 'Keep a time for some minutes while deciding',
      status: 201,
      input: z.strictObject(Wish),
      output: Hold,
      allow: ['patient'],
      faults: ['clinicianNotFound', 'serviceNotFound', 'slotTaken', 'slotNotOffered', 'noLicence', 'tooManyHolds'],
    },
    release: {
      method: 'DELETE',
      path: '/holds/{holdId}',
      summary: 'Give a held time back',
      input: z.strictObject({ holdId: Id }),
      output: z.strictObject({ released: z.literal(true) }),
      allow: ['patient'],
      faults: ['holdNotFound'],
    },
    book: {
      method: 'POST',
      path: '/bookings',
      summary: 'Book a held time, or a free time directly',
      status: 201,
      input: z.union([z.strictObject({ holdId: Id, ...AtBooking }), z.strictObject({ ...Wish, ...AtBooking })]),
      output: Booking,
      allow: ['patient'],
      faults: [
        'clinicianNotFound',
        'serviceNotFound',
        'slotTaken',
        'slotNotOffered',
        'noLicence',
        'holdNotFound',
        'holdExpired',
      ],
    },
    booking: {
      method: 'GET',
      path: '/bookings/{bookingId}',
      summary: 'One booking',
      input: bookingIn,
      output: Booking,
      allow: ['patient', 'clinician', 'operator'],
      faults: ['bookingNotFound'],
    },
    listBookings: {
      method: 'GET',
      path: '/bookings',
      summary: 'My visits as a patient; `past` counts backwards',
      input: z.strictObject({ ...PageInput, when: z.enum(['upcoming', 'past']).default('upcoming') }),
      output: pageOf(Booking),
      allow: ['patient'],
    },
    day: {
      method: 'GET',
      path: '/clinicians/{clinicianId}/day',
      summary: 'A clinician’s day: working windows and bookings in order',
      input: z.strictObject({ clinicianId: Id, date: PlainDate }),
      output: z.strictObject({ timeZone: TimeZone, windows: z.array(FreeTime), bookings: z.array(Booking) }),
      allow: ['clinician', 'operator'],
      faults: ['clinicianNotFound'],
    },
    reschedule: {
      method: 'POST',
      path: '/bookings/{bookingId}/reschedule',
      summary: 'Move a booking to another free time',
      input: z.strictObject({ bookingId: Id, startsAt: Instant }),
      output: Booking,
      allow: ['patient', 'clinician', 'operator'],
      faults: ['bookingNotFound', 'bookingClosed', 'slotTaken', 'slotNotOffered', 'noLicence'],
    },
    cancel: {
      method: 'POST',
      path: '/bookings/{bookingId}/cancel',
      summary: 'Cancel a booking; the time goes to the wait-list',
      input: z.strictObject({ bookingId: Id, reason: z.string().trim().max(500).optional() }),
      output: Booking,
      allow: ['patient', 'clinician', 'operator'],
      faults: ['bookingNotFound', 'bookingClosed'],
    },
    arrive: {
      method: 'POST',
      path: '/bookings/{bookingId}/arrive',
      summary: 'Note that the patient is here',
      input: bookingIn,
      output: Booking,
      allow: ['patient', 'clinician', 'operator'],
      faults: ['bookingNotFound', 'bookingClosed', 'tooEarly'],
    },
    complete: {
      method: 'POST',
      path: '/bookings/{bookingId}/complete',
      summary: 'Note that the visit took place',
      input: bookingIn,
      output: Booking,
      allow: ['clinician', 'operator'],
      faults: ['bookingNotFound', 'bookingClosed', 'tooEarly'],
    },
    markNoShow: {
      method: 'POST',
      path: '/bookings/{bookingId}/no-show',
      summary: 'Note that the patient did not come',
      input: bookingIn,
      output: Booking,
      allow: ['clinician', 'operator'],
      faults: ['bookingNotFound', 'bookingClosed', 'tooEarly'],
    },
    invitation: {
      method: 'GET',
      path: '/bookings/{bookingId}/invitation',
      summary: 'The booking as an iCalendar invitation (RFC 5546)',
      input: bookingIn,
      output: z.strictObject({ fileName: z.string(), ics: z.string() }),
      allow: ['patient', 'clinician', 'service'],
      faults: ['bookingNotFound'],
    },
    calendarFeed: {
      method: 'POST',
      path: '/calendar-feed',
      summary: 'The secret address of my calendar feed; asking again ends the old one',
      input: z.strictObject({}),
      output: z.strictObject({ path: z.string() }),
      allow: ['person'],
    },
    joinWaitList: {
      method: 'POST',
      path: '/wait-list',
      summary: 'Wait for an earlier or a fitting time',
      status: 201,
      input: z.strictObject({
        clinicianId: Id,
        serviceId: Id,
        mode: VisitMode,
        earliestAt: Instant,
        latestAt: Instant,
      }),
      output: WaitListEntry,
      allow: ['patient'],
      faults: ['clinicianNotFound', 'serviceNotFound', 'noLicence', 'alreadyWaiting', 'periodInvalid'],
    },
    leaveWaitList: {
      method: 'DELETE',
      path: '/wait-list/{entryId}',
      summary: 'Stop waiting, and give an offered time back',
      input: z.strictObject({ entryId: Id }),
      output: z.strictObject({ left: z.literal(true) }),
      allow: ['patient'],
      faults: ['entryNotFound'],
    },
    listWaitList: {
      method: 'GET',
      path: '/wait-list',
      summary: 'What I am waiting for, with any time held for me',
      input: z.strictObject(PageInput),
      output: pageOf(WaitListEntry),
      allow: ['patient'],
    },
    details: {
      method: 'POST',
      path: '/internal/details',
      summary: 'A booking for the services that act on its events',
      input: bookingIn,
      output: Booking,
      allow: ['service'],
      faults: ['bookingNotFound'],
      audit: 'never',
    },
  },
  events: {
    booked: changed,
    rescheduled: changed.extend({ formerStartsAt: Instant }),
    cancelled: changed,
    arrived: changed,
    completed: changed,
    noShow: changed,
    reminderDue: changed.extend({ leadMinutes: z.int() }),
    offered: z.strictObject({
      entryId: Id,
      holdId: Id,
      patientId: Id,
      clinicianId: Id,
      startsAt: Instant,
      expiresAt: Instant,
      timeZone: TimeZone,
    }),
  },
  faults: {
    clinicianNotFound: {
      kind: 'not_found',
      message: 'There is no such clinician, or they take no bookings here. Search again.',
    },
    serviceNotFound: {
      kind: 'not_found',
      message: 'The clinician does not offer that kind of visit in that way. Choose one from their page.',
    },
    slotTaken: { kind: 'conflict', message: 'Somebody else has just taken this time. Choose another one.' },
    slotNotOffered: {
      kind: 'unprocessable',
      message: 'This time is not offered; `details.reasons` says why. Choose one of the free times.',
    },
    noLicence: {
      kind: 'unprocessable',
      message:
        'The clinician holds no verified licence where you are on that day, so the visit may not take place. Choose a clinician licensed there.',
    },
    tooManyHolds: { kind: 'too_many', message: 'You hold several times already. Book or release one of them first.' },
    holdNotFound: { kind: 'not_found', message: 'You hold no such time. Choose a time again.' },
    holdExpired: {
      kind: 'conflict',
      message: 'The time was held for you but the hold has run out. Choose a time again.',
    },
    bookingNotFound: { kind: 'not_found', message: 'There is no such booking that you may see.' },
    bookingClosed: { kind: 'conflict', message: 'The booking is over or cancelled, so it cannot be changed any more.' },
    tooEarly: { kind: 'unprocessable', message: 'It is too early for this: the visit has not come near yet.' },
    windowsOverlap: {
      kind: 'unprocessable',
      message: 'Two windows of the same day overlap; `details` names them. Merge or shorten one.',
    },
    windowInvalid: {
      kind: 'unprocessable',
      message: 'A window must end after it begins. Correct the one in `details`.',
    },
    alreadyWaiting: {
      kind: 'conflict',
      message: 'You are waiting for this clinician already. Leave that entry first to change it.',
    },
    periodInvalid: { kind: 'unprocessable', message: 'The period must lie in the future and end after it begins.' },
    entryNotFound: { kind: 'not_found', message: 'You have no such entry on the wait-list.' },
  },
})
