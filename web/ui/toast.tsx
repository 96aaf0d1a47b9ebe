import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastList as ToastList,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components'
import { useReader } from '../i18n/locale.tsx'
import { Icon } from './icon.tsx'

export interface ToastMessage {
  title: string
  tone?: 'good' | 'bad' | 'info'
  /** One reversible step back, offered for as long as the toast shows. */
  undo?: { label: string; onUndo: () => void }
}

/** One queue for the page: a toast confirms what just happened and is never the only place that says so. */
const queue = new ToastQueue<ToastMessage>({ maxVisibleToasts: 3 })

/** Stays 7 s: longer than the 5 s that React Aria asks for, so that it can be read in a second language. */
export function toast(message: ToastMessage): void {
  queue.add(message, { timeout: 7000 })
}

export function Toasts() {
  const { t } = useReader()
  return (
    <ToastRegion
      queue={queue}
      aria-label={t('shell.toasts')}
      className="pointer-events-none fixed inset-x-0 bottom-24 z-60 flex flex-col items-center px-4 outline-none lg:bottom-8"
    >
      <ToastList<ToastMessage> className="flex w-full max-w-md flex-col items-center gap-2 outline-none">
        {({ toast: queued }) => (
          <AriaToast
            toast={queued}
            className="pointer-events-auto enter flex w-full items-center gap-3 rounded-xl border border-line bg-raised py-1.5 ps-4 pe-1.5 shadow-float"
          >
            <Icon
              name={queued.content.tone === 'bad' ? 'warning' : 'check'}
              size={18}
              className={queued.content.tone === 'bad' ? 'text-bad' : 'text-good'}
            />
            <ToastContent className="min-w-0 flex-1">
              <Text slot="title" className="text-base font-[560]">
                {queued.content.title}
              </Text>
            </ToastContent>
            {queued.content.undo && (
              <AriaButton
                className="min-h-11 cursor-pointer rounded-full px-3 font-[580] text-accent-ink hover:bg-sunken"
                onPress={queued.content.undo.onUndo}
              >
                {queued.content.undo.label}
              </AriaButton>
            )}
            <AriaButton
              slot="close"
              aria-label={t('action.close')}
              className="flex size-11 cursor-pointer items-center justify-center rounded-full text-ink-faint hover:bg-sunken"
            >
              <Icon name="cross" size={18} />
            </AriaButton>
          </AriaToast>
        )}
      </ToastList>
    </ToastRegion>
  )
}
