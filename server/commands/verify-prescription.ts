import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import type { Command } from './command.ts'

type Claims = {
  rx?: { medicine?: string; strength?: string; form?: string; quantity?: number; refills?: number }
  by?: { name?: string; at?: string }
  for?: { name?: string; born?: string }
}

/**
 * Says whether a signed prescription is genuine, with nothing but the published keys (`/prescriptions/jwks.json`). Whether it was
 * redeemed already only the installation knows that wrote it.
 */
export const verifyPrescription: Command = async ({ files: [token, keyFile] }) => {
  if (!token || !keyFile) {
    process.stderr.write('Say which token and which keys: node medley.ts verify-prescription TOKEN KEYS\n')
    return 2
  }
  const keys = JSON.parse(await readFile(keyFile, 'utf8')) as JSONWebKeySet
  // A token is often in a file or came through a scanner, with a line end.
  const text = token.includes('.') && !token.includes('/') ? token.trim() : (await readFile(token, 'utf8')).trim()
  try {
    const { payload } = await jwtVerify(text, createLocalJWKSet(keys), {
      algorithms: ['ES256'],
      audience: 'medley-prescription',
      requiredClaims: ['exp', 'jti'],
    })
    const { rx, by, for: patient } = payload as Claims
    process.stdout.write(
      `Genuine, and valid until ${new Date(payload.exp! * 1_000).toISOString()}.\n` +
        `${rx?.medicine} ${rx?.strength} ${rx?.form}, quantity ${rx?.quantity}, refills ${rx?.refills}\n` +
        `for ${patient?.name}${patient?.born ? `, born ${patient.born}` : ''}; by ${by?.name} (${by?.at})\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    const isOver = error instanceof errors.JWTExpired
    process.stdout.write(
      isOver ? 'Genuine once, but its validity is over.\n' : 'Not genuine: altered, or signed by somebody else.\n',
    )
    return 1
  }
}
