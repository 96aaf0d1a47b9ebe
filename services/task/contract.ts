import { z } from 'zod'
import { LogicalId } from '#contract/record'
import { defineContract } from '#core/contract'
import { Id } from '#core/id'
import { PageInput, pageOf } from '#core/page'
import { Instant } from '#core/time'
import { whoMayWatch } from '#core/watch'

/** What a task came from. `own` ones were written down by somebody. */
export const TaskKind = z.enum([
  'pharmacyQuery',
  'question',
  'message',
  'sharedCheck',
  'note',
  'order',
  'followUp',
  'renewal',
  'own',
])
export type TaskKind = z.output<typeof TaskKind>

/** Some of the states of https://hl7.org/fhir/R4/valueset-task-status.html. */
export const TaskState = z.enum(['requested', 'accepted', 'completed', 'cancelled'])
export type TaskState = z.output<typeof TaskState>

/** What may be done with a task by whoever reads it. */
export const TaskAct = z.enum(['accept', 'decline', 'delegate', 'takeBack', 'complete', 'reopen'])
export type TaskAct = z.output<typeof TaskAct>

/** From what somebody stands at a counter for to what has days. */
export const Urgency = z.enum(['now', 'today', 'soon', 'later'])
export type Urgency = z.output<typeof Urgency>

const Colleague = z.strictObject({ clinicianId: Id, name: z.string() })
export type Colleague = z.output<typeof Colleague>

export const Task = z.strictObject({
  id: Id,
  kind: TaskKind,
  state: TaskState,
  stateSince: Instant,
  urgency: Urgency,
  dueAt: Instant,
  createdAt: Instant,
  requester: Colleague,
  owner: Colleague,
  /** Of the record, where it is known. */
  patientId: LogicalId.optional(),
  patientName: z.string().optional(),
  /** What is to be done, or what was asked, in the words of whoever said so. */
  text: z.string().optional(),
  medicine: z.string().optional(),
  orderKind: z.enum(['laboratory', 'imaging', 'referral', 'other']).optional(),
  visitId: Id.optional(),
  prescriptionId: Id.optional(),
  interviewId: Id.optional(),
  /** The requester's words to the owner, or the colleague's when they gave it back. */
  note: z.string().optional(),
  /** What came of it. */
  outcome: z.string().optional(),
  /** What I may do with it. */
  may: z.array(TaskAct),
})
export type Task = z.output<typeof Task>

const one = z.strictObject({ taskId: Id })
const Words = z.string().trim().max(1_000)
const taskIds = z.array(Id).min(1).max(100)
const handed = z.strictObject({ taskId: Id, requesterId: Id, ownerId: Id })

export const task = defineContract({
  name: 'task',
  operations: {
    list: {
      method: 'GET',
      path: '/tasks',
      summary:
        'What waits for me, the most urgent first; or what I asked colleagues to do; or what is done, the latest first',
      input: z.strictObject({ ...PageInput, view: z.enum(['open', 'delegated', 'done']).default('open') }),
      output: pageOf(Task),
      allow: ['clinician'],
    },
    add: {
      method: 'POST',
      path: '/tasks',
      summary: 'Write a task down for myself',
      status: 201,
      input: z.strictObject({
        text: z.string().trim().min(3).max(1_000),
        dueAt: Instant,
        patientId: LogicalId.optional(),
      }),
      output: Task,
      allow: ['clinician'],
      faults: ['patientNotFound', 'duePast', 'tooMany'],
    },
    delegate: {
      method: 'POST',
      path: '/tasks/{taskId}/delegation',
      summary: 'Ask a colleague of my clinic to do it, until a time',
      input: one.extend({ toClinicianId: Id, dueAt: Instant, note: Words.default('') }),
      output: Task,
      allow: ['clinician'],
      faults: ['taskNotFound', 'taskMoved', 'notDelegable', 'colleagueNotFound', 'duePast'],
    },
    accept: {
      method: 'POST',
      path: '/tasks/{taskId}/acceptance',
      summary: 'Take on what a colleague asked me to do',
      input: one,
      output: Task,
      allow: ['clinician'],
      faults: ['taskNotFound', 'taskMoved'],
    },
    decline: {
      method: 'POST',
      path: '/tasks/{taskId}/refusal',
      summary: 'Give a task back to who asked, and say why',
      input: one.extend({ reason: Words.min(3) }),
      output: Task,
      allow: ['clinician'],
      faults: ['taskNotFound', 'taskMoved'],
    },
    takeBack: {
      method: 'POST',
      path: '/tasks/{taskId}/return',
      summary: 'Take back what I asked a colleague to do',
      input: one,
      output: Task,
      allow: ['clinician'],
      faults: ['taskNotFound', 'taskMoved'],
    },
    complete: {
      method: 'POST',
      path: '/completions',
      summary: 'Mark tasks as done; those that only the act itself ends stay, and it is said which',
      input: z.strictObject({ taskIds, outcome: Words.default('') }),
      output: z.strictObject({
        done: z.array(Task),
        left: z.array(z.strictObject({ taskId: Id, because: z.enum(['needsAct', 'notMine', 'moved']) })),
      }),
      allow: ['clinician'],
    },
    reopen: {
      method: 'POST',
      path: '/reopenings',
      summary: 'Undo: what I marked as done is to do again',
      input: z.strictObject({ taskIds }),
      output: z.strictObject({ items: z.array(Task) }),
      allow: ['clinician'],
    },
    colleagues: {
      method: 'GET',
      path: '/colleagues',
      summary: 'Clinicians of my clinic, to hand a task to',
      input: z.strictObject({}),
      output: z.strictObject({ items: z.array(Colleague) }),
      allow: ['clinician'],
      audit: 'never',
    },
    details: {
      method: 'POST',
      path: '/internal/details',
      summary: 'A task for the services that act on its events',
      input: one,
      output: Task.omit({ may: true }).extend({ personId: Id.optional() }),
      allow: ['service'],
      faults: ['taskNotFound'],
      audit: 'never',
    },
    inboxWatchers: whoMayWatch('/internal/inbox-watchers', 'Who of these may watch the tasks of a clinician live'),
  },
  events: {
    delegated: handed,
    declined: handed,
  },
  channels: {
    inbox: {
      summary: 'That the list of a clinician is different; read it again',
      mayWatch: 'inboxWatchers',
      entries: { changed: z.strictObject({}) },
    },
  },
  faults: {
    taskNotFound: { kind: 'not_found', message: 'There is no such task of yours.' },
    taskMoved: { kind: 'conflict', message: 'The task has moved on; `details.state` says where. Look again.' },
    notDelegable: {
      kind: 'unprocessable',
      message: 'Only you may do this: an answer or a signature is yours. Open it and do it there.',
    },
    colleagueNotFound: {
      kind: 'not_found',
      message: 'There is no such colleague in your clinic. Choose one from the list.',
    },
    duePast: { kind: 'unprocessable', message: 'The time it is due is over. Choose a later one.' },
    patientNotFound: { kind: 'not_found', message: 'There is no such patient whose record is open to you.' },
    tooMany: {
      kind: 'too_many',
      message: 'You have as many tasks of your own as one person can. Finish some of them first.',
    },
  },
})
