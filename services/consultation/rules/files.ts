// What a file is, by its first bytes: names and declared types say what their sender wants them to say.
import type { VisitFile } from '../contract.ts'

export const fileBytesMax = 10 * 1_048_576

type ContentType = VisitFile['contentType']

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

export function contentTypeOf(bytes: Uint8Array): ContentType | undefined {
  if (ascii(bytes, 0, 8) === '\u0089PNG\r\n\u001a\n') return 'image/png'
  if (ascii(bytes, 0, 3) === '\u00ff\u00d8\u00ff') return 'image/jpeg'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'image/webp'
  return ascii(bytes, 0, 5) === '%PDF-' ? 'application/pdf' : undefined
}

export const isAcceptable = (bytes: Uint8Array): boolean =>
  bytes.length <= fileBytesMax && contentTypeOf(bytes) !== undefined

/** Where a file lies, and what it is sealed for. */
export const blobKeyOf = (visitId: string, fileId: string): string => `visit-files/${visitId}/${fileId}`
