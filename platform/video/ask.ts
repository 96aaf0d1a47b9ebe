import type { Egress } from '#platform/egress'
import { VideoUnavailable } from './port.ts'

/** Somebody waits for the call to begin, so this is shorter than what outbound requests are given otherwise. */
const answerMs = 4_000

/** One question in JSON to a media server. Only its name goes into errors: addresses and bodies may hold secrets. */
export async function askJson<Answer>(
  egress: Egress,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: Answer }> {
  try {
    const response = await egress.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      // Whoever redirects a request with a secret in it is not the server we were told about.
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs),
    })
    return { status: response.status, answer: (await response.json()) as Answer }
  } catch (cause) {
    throw new VideoUnavailable(`The media server at ${new URL(url).host} does not answer.`, { cause })
  }
}
