// The one list of every service. Order is the order of seeding.
import identity from '#services/identity'
import directory from '#services/directory'
import appointment from '#services/appointment'
import consultation from '#services/consultation'
import prescription from '#services/prescription'
import task from '#services/task'
import notification from '#services/notification'
import audit from '#services/audit'
import record from '#services/record'
import diagnosis from '#services/diagnosis'
import operations from '#services/operations'
import type { AnyService } from './compose.ts'

export const services: readonly AnyService[] = [
  identity,
  directory,
  appointment,
  consultation,
  record,
  diagnosis,
  prescription,
  task,
  notification,
  audit,
  operations,
] as never
