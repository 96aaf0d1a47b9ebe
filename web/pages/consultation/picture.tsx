import { useEffect, useRef } from 'react'
import { Avatar } from '../../ui/avatar.tsx'
import { cx } from '../../ui/classes.ts'

interface PictureProps {
  stream: MediaStream
  label: string
  isOwn?: boolean
  isOff?: boolean
  /** A screen is read to its edges, a face is not. */
  isScreen?: boolean
  avatarSize?: number
}

/** Nobody wants to hear themselves, and everybody knows themselves mirrored. */
export function Picture({
  stream,
  label,
  isOwn = false,
  isOff = false,
  isScreen = false,
  avatarSize = 72,
}: PictureProps) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current && video.current.srcObject !== stream) video.current.srcObject = stream
  }, [stream])
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- What people say to each other live has no captions yet. */}
      <video
        ref={video}
        autoPlay
        playsInline
        muted={isOwn}
        aria-label={label}
        className={cx(
          'size-full',
          isScreen ? 'object-contain' : 'object-cover',
          isOwn && '-scale-x-100',
          isOff && 'invisible',
        )}
      />
      {isOff && (
        <span className="absolute inset-0 flex items-center justify-center">
          <Avatar name={label} size={avatarSize} />
        </span>
      )}
    </>
  )
}
