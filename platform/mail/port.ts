import type { Page } from '#core/page'

export type Attachment = {
  name: string
  contentType: string
  /** UTF-8 text. */
  content: string
  /** Present for calendar invitations, which mail programs act on. */
  method?: 'REQUEST' | 'CANCEL'
}

export type MailMessage = {
  /** The same id again is the same mail: it becomes the Message-ID, so that a repeat is recognisable. */
  id: string
  to: string
  subject: string
  text: string
  html?: string
  attachments?: readonly Attachment[]
}

/** Hands mail over. A resolved promise means that the next hop took it, not that it was read. No clinical content. */
export interface Mail {
  send(message: MailMessage): Promise<{ providerId: string }>
}

export type KeptMessage = {
  id: string
  channel: 'mail' | 'sms' | 'push'
  to: string
  subject: string
  text: string
  attachments: { name: string; contentType: string; text: string }[]
  sentAt: Date
}

/** What an installation without real senders kept, for its viewer. */
export interface KeptMessages {
  add(message: Omit<KeptMessage, 'sentAt'>): Promise<void>
  /** Newest first. */
  list(page: { limit: number; cursor?: string | undefined }): Promise<Page<KeptMessage>>
}
