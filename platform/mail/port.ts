// The mail port, and what is kept of messages where none are really sent.
import type { Page } from '#core/page'

export type Attachment = {
  /** File name as the recipient sees it. */
  readonly name: string
  readonly contentType: string
  /** UTF-8 text. */
  readonly content: string
  /** For calendar invitations, which mail programs act on (RFC 6047); one a mail. */
  readonly method?: 'REQUEST' | 'CANCEL'
}

export type MailMessage = {
  /** Letters, digits, dots and hyphens. The same id again is the same mail: it becomes the Message-ID, so a repeat is recognisable. */
  readonly id: string
  /** One address, without a name. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
  readonly attachments?: readonly Attachment[]
}

/**
 * Hands mail over. No clinical content: mail travels and lies on servers unencrypted, so it says that there is something
 * to read and where. Not promised: that it is read or even delivered, or that it arrives once.
 */
export interface Mail {
  /**
   * Resolves when the next hop took it. Throws when it did not, with a message that names neither person nor content; a
   * `TypeError` when the message could never be sent, such as one with a line break in its subject.
   */
  send(message: MailMessage): Promise<{ providerId: string }>
  /** Lets go of connections. */
  close(): Promise<void>
}

export type KeptMessage = {
  readonly id: string
  readonly channel: 'mail' | 'sms' | 'push'
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly attachments: readonly { readonly name: string; readonly contentType: string; readonly text: string }[]
  readonly sentAt: Date
}

/** What an installation without real senders kept, for its viewer. Holds personal data in the clear: for demos and tests. */
export interface KeptMessages {
  /** The same id twice is kept once: the first. Ids are UUIDs. */
  add(message: Omit<KeptMessage, 'sentAt'>): Promise<void>
  /** Newest first. A cursor that was not made here begins at the newest. */
  list(page: { limit: number; cursor?: string | undefined }): Promise<Page<KeptMessage>>
  /** Removes those that are there; repeatable. */
  remove(ids: readonly string[]): Promise<void>
}
