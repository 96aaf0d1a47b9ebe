// What we use of test servers that bring no types of their own.

declare module 's3rver' {
  export default class S3rver {
    constructor(options: {
      port: number
      address: string
      silent: boolean
      directory: string
      configureBuckets: { name: string; configs: string[] }[]
    })
    run(): Promise<{ port: number }>
    close(): Promise<void>
  }
}

declare module 'smtp-server' {
  import type { Readable } from 'node:stream'
  import type { Server } from 'node:net'
  type Address = { address: string }
  export type Session = { envelope: { mailFrom: false | Address; rcptTo: Address[] } }
  type Done = (error?: Error | null) => void
  export class SMTPServer {
    readonly server: Server
    constructor(options: {
      authOptional: boolean
      closeTimeout: number
      disabledCommands: string[]
      onRcptTo?: (address: Address, session: Session, done: Done) => void
      onData: (stream: Readable, session: Session, done: Done) => void
    })
    listen(port: number, host: string, done: () => void): Server
    close(done: () => void): void
    on(event: 'error', listener: (error: Error) => void): this
  }
}

declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
  export default class Provider {
    readonly Client: { prototype: { redirectUriAllowed(uri: string): boolean } }
    constructor(issuer: string, options: Record<string, unknown>)
    callback(): RequestListener
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ uid: string }>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<void>
  }
}
