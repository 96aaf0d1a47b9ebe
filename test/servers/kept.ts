import type { KeptMessage, KeptMessages } from '../../platform/mail/port.ts'

/** Kept messages in this process, for tests of what keeps them; pages are not needed there. */
export function keptInMemory(): KeptMessages & { readonly messages: readonly KeptMessage[] } {
  const messages: KeptMessage[] = []
  return {
    messages,
    async add(message) {
      if (!messages.some(each => each.id === message.id)) messages.push({ ...message, sentAt: new Date() })
    },
    async remove(ids) {
      messages.splice(0, messages.length, ...messages.filter(each => !ids.includes(each.id)))
    },
    list: async ({ limit }) => ({ items: messages.toReversed().slice(0, limit) }),
  }
}
