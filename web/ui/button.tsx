import { Button as AriaButton, Link, type ButtonProps as AriaButtonProps, type LinkProps } from 'react-aria-components'
import type { ReactNode } from 'react'
import { cx } from './classes.ts'
import { Icon, type IconName } from './icon.tsx'

export type ButtonTone = 'primary' | 'quiet' | 'soft' | 'ghost' | 'danger'
export type ButtonSize = 'md' | 'sm' | 'lg'

const tones: Record<ButtonTone, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover pressed:bg-accent-press shadow-card',
  quiet: 'bg-surface text-ink border border-control hover:border-ink-soft hover:bg-sunken',
  soft: 'bg-accent-soft text-accent-ink hover:bg-accent-soft hover:brightness-[0.97] dark:hover:brightness-125',
  ghost: 'bg-transparent text-ink-soft hover:bg-sunken hover:text-ink',
  danger: 'bg-surface text-bad border border-bad hover:bg-bad-soft',
}
const sizes: Record<ButtonSize, string> = {
  sm: 'min-h-9 max-lg:min-h-11 pointer-coarse:min-h-11 px-3 text-sm gap-1.5',
  md: 'min-h-11 px-4.5 text-base gap-2',
  lg: 'min-h-13 px-6 text-lg gap-2.5',
}

export function buttonClass(tone: ButtonTone = 'primary', size: ButtonSize = 'md', className?: string): string {
  return cx(
    'relative inline-flex cursor-pointer items-center justify-center rounded-full font-[580] select-none',
    'transition-[background-color,border-color,color,filter,transform] duration-150 active:scale-[0.985]',
    'disabled:cursor-not-allowed disabled:opacity-55 data-[disabled]:cursor-not-allowed data-[disabled]:opacity-55',
    tones[tone],
    sizes[size],
    className,
  )
}

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children'> {
  tone?: ButtonTone
  size?: ButtonSize
  icon?: IconName
  trailingIcon?: IconName
  className?: string
  children?: ReactNode
}

/** `isPending` keeps the button's width and focus, and says to assistive technology that work is going on. */
export function Button({ tone, size, icon, trailingIcon, className, children, ...rest }: ButtonProps) {
  const iconSize = size === 'sm' ? 16 : 18
  return (
    <AriaButton {...rest} className={buttonClass(tone, size, className)}>
      {({ isPending }) => (
        <>
          {isPending ? <Spinner /> : icon && <Icon name={icon} size={iconSize} />}
          {children}
          {trailingIcon && <Icon name={trailingIcon} size={iconSize} />}
        </>
      )}
    </AriaButton>
  )
}

/** Square, for an icon alone: the label is what a screen reader and a tooltip say. */
export function IconButton({
  icon,
  label,
  className,
  tone = 'ghost',
  ...rest
}: Omit<ButtonProps, 'children'> & { icon: IconName; label: string }) {
  return (
    <AriaButton
      {...rest}
      aria-label={label}
      className={cx(buttonClass(tone, 'md'), 'size-11 shrink-0 px-0!', className)}
    >
      <Icon name={icon} />
    </AriaButton>
  )
}

export interface LinkButtonProps extends Omit<LinkProps, 'className' | 'children'> {
  tone?: ButtonTone
  size?: ButtonSize
  icon?: IconName
  trailingIcon?: IconName
  className?: string
  children?: ReactNode
}

export function LinkButton({ tone, size, icon, trailingIcon, className, children, ...rest }: LinkButtonProps) {
  return (
    <Link {...rest} className={buttonClass(tone, size, className)}>
      {icon && <Icon name={icon} size={18} />}
      {children}
      {trailingIcon && <Icon name={trailingIcon} size={18} />}
    </Link>
  )
}

export function TextLink({ className, ...rest }: LinkProps & { className?: string }) {
  return (
    <Link
      {...rest}
      className={cx(
        'rounded-sm font-[560] text-accent-ink underline decoration-accent-line underline-offset-4 hover:decoration-current',
        className,
      )}
    />
  )
}

export function Spinner() {
  return (
    <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" className="animate-spin">
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeOpacity="0.28" strokeWidth="2.2" />
      <path d="M14.2 8A6.2 6.2 0 0 0 8 1.8" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  )
}
