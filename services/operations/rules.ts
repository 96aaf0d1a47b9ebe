import type { JobDefinition, JobRun } from './contract.ts'

export type KnownJob = { name: string; summary: string; every?: string | undefined; retryLimit: number }
export type Counts = { name: string; waiting: number; running: number; failed: number; lastRunAt: Date | null }

/** Every job, run or not, and every queue, declared or not: a queue nobody declares any more may still hold work. */
export function jobsWith(known: readonly KnownJob[], counts: readonly Counts[]): JobDefinition[] {
  const none = { waiting: 0, running: 0, failed: 0, lastRunAt: null }
  const declared = known.map(job => ({ ...job, ...(counts.find(each => each.name === job.name) ?? none) }))
  const others = counts
    .filter(each => !known.some(job => job.name === each.name))
    .map(each => ({ ...each, summary: summaryOf(each.name), retryLimit: 5, every: undefined }))
  return [...declared, ...others].map(({ every, lastRunAt, ...rest }) => ({
    ...rest,
    ...(every === undefined ? {} : { every }),
    ...(lastRunAt ? { lastRunAt: lastRunAt.toISOString() } : {}),
  }))
}

function summaryOf(queue: string): string {
  const [service, kind] = queue.split('.')
  return kind === 'events' ? `Hand what others announced to ${service}` : 'A queue that no service here declares'
}

export function sumOf(counts: readonly Counts[]): { waiting: number; running: number; failed: number } {
  const sum = (field: 'waiting' | 'running' | 'failed') => counts.reduce((total, each) => total + each[field], 0)
  return { waiting: sum('waiting'), running: sum('running'), failed: sum('failed') }
}

/** A run as the queue knows it. */
export type KnownRun = Pick<JobRun, 'id' | 'name' | 'state' | 'tries'> & {
  createdAt: Date
  startedAt: Date | null
  endedAt: Date | null
  failure: string | null
  progress: { done: number; total: number; note: string | null } | null
}

export function runView({ progress, createdAt, startedAt, endedAt, failure, ...run }: KnownRun): JobRun {
  return {
    ...run,
    createdAt: createdAt.toISOString(),
    ...(startedAt ? { startedAt: startedAt.toISOString() } : {}),
    ...(endedAt ? { endedAt: endedAt.toISOString() } : {}),
    ...(failure === null ? {} : { failure }),
    ...(progress ? { progress: progressView(progress) } : {}),
  }
}

const progressView = ({ note, ...rest }: NonNullable<KnownRun['progress']>) =>
  note === null ? rest : { ...rest, note }
