// What may be a key and a content type, in every adapter alike.

const name = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,199}$/

/** Throws unless the key may be used. An allow-list, so that neither `..` nor a NUL nor a second slash gets through. */
export function assertKey(key: string): void {
  if (key.length > 500 || !key.split('/').every(part => name.test(part)))
    throw new TypeError('A blob key is names of letters, digits and ". _ = -", joined by slashes. Build it from ids.')
}

/** Throws unless a key could begin with this. */
export function assertPrefix(prefix: string): void {
  if (prefix === '') return
  assertKey(prefix.endsWith('/') ? `${prefix}x` : prefix)
}

/** Throws for what could not be a header: the type is sent as one when the blob is served. */
export function assertContentType(contentType: string): void {
  // oxlint-disable-next-line no-control-regex -- Control characters are what this refuses.
  if (contentType === '' || contentType.length > 255 || /[\u0000-\u001f\u007f]/.test(contentType))
    throw new TypeError('A content type has 1 to 255 characters and no control characters.')
}
