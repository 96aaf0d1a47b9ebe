import type { Video } from './port.ts'

/** Every browser sends its picture to every other one: three is what phones and home networks carry. */
const meshMax = 3

/** Browsers talk to each other, encrypted from end to end. There is no server, so nothing to ask and nothing to pay. */
export function p2pVideo(): Video {
  return {
    hasServer: false,
    peersMax: meshMax,
    pageOrigins: [],
    admit: async () => ({ kind: 'direct' }),
    keepOnly: async () => {},
    close: async () => {},
    health: async () => undefined,
  }
}
