import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useReader } from '../i18n/locale.tsx'
import { Button, IconButton, type ButtonTone } from './button.tsx'
import { cx } from './classes.ts'

export interface DialogProps {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
  /** Usually buttons; they stay in view while the body scrolls. */
  footer?: ReactNode
  isWide?: boolean
}

const scrim = 'fixed inset-0 z-50 flex bg-scrim data-[entering]:animate-[appear_160ms]'

/** In the middle on a desk, a sheet from below on a phone. */
export function Dialog({ title, isOpen, onClose, children, footer, isWide }: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
      isDismissable
      className={cx(scrim, 'items-end justify-center sm:items-center sm:p-6')}
    >
      <Modal
        className={cx(
          'flex max-h-[92dvh] w-full flex-col overflow-hidden rounded-t-2xl bg-raised shadow-float sm:rounded-2xl',
          'data-[entering]:animate-[slide-up_220ms_var(--ease-calm)] sm:data-[entering]:animate-[enter_180ms_var(--ease-calm)]',
          isWide ? 'sm:max-w-3xl' : 'sm:max-w-lg',
        )}
      >
        <Sheet title={title} onClose={onClose} footer={footer}>
          {children}
        </Sheet>
      </Modal>
    </ModalOverlay>
  )
}

/** From the inline end; the whole screen on a phone. For filters and details beside what they belong to. */
export function Drawer({ title, isOpen, onClose, children, footer }: DialogProps) {
  const { direction } = useReader()
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
      isDismissable
      className={cx(scrim, 'justify-end')}
    >
      <Modal
        style={{ '--from': direction === 'rtl' ? '-100%' : '100%' } as React.CSSProperties}
        className="flex h-dvh w-full flex-col bg-raised shadow-float data-[entering]:animate-[slide-in_240ms_var(--ease-calm)] sm:max-w-md"
      >
        <Sheet title={title} onClose={onClose} footer={footer}>
          {children}
        </Sheet>
      </Modal>
    </ModalOverlay>
  )
}

function Sheet({
  title,
  onClose,
  children,
  footer,
}: {
  title: string
  onClose: () => void
  children: ReactNode
  footer: ReactNode
}) {
  const { t } = useReader()
  return (
    <AriaDialog className="flex min-h-0 flex-1 flex-col outline-none">
      <header className="flex items-center justify-between gap-4 ps-6 pe-3 pt-4 pb-1">
        <Heading slot="title" level={2} className="text-xl font-[620]">
          {title}
        </Heading>
        <IconButton icon="cross" label={t('action.close')} onPress={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-6 pt-2 pb-6">{children}</div>
      {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-4">{footer}</footer>}
    </AriaDialog>
  )
}

export interface ConfirmProps {
  title: string
  isOpen: boolean
  onClose: () => void
  onConfirm: () => void
  confirmLabel: string
  isPending?: boolean
  tone?: ButtonTone
  children?: ReactNode
}

/** For what cannot be undone: says what will happen, and shows it pending until the server has confirmed. */
export function ConfirmDialog({
  title,
  isOpen,
  onClose,
  onConfirm,
  confirmLabel,
  isPending = false,
  tone = 'primary',
  children,
}: ConfirmProps) {
  const { t } = useReader()
  const footer = (
    <>
      <Button tone="ghost" onPress={onClose}>
        {t('action.back')}
      </Button>
      <Button tone={tone} onPress={onConfirm} isPending={isPending}>
        {confirmLabel}
      </Button>
    </>
  )
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} footer={footer}>
      {children}
    </Dialog>
  )
}
