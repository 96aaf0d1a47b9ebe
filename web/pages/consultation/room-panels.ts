// What other services add to the visit room, beside chart and note. A line here is all that a panel needs.
import type { Visit } from '#contract/consultation'
import type { ComponentType } from 'react'
import type { MessageId } from '../../i18n/locale.tsx'

export interface RoomPanel {
  id: string
  title: MessageId
  /** Drawn inside a card of its own, for as long as the visit is open. */
  Panel: ComponentType<{ visit: Visit }>
}

export const roomPanels: readonly RoomPanel[] = []
