import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import type { Kit } from '#platform'
import type { prescription } from './contract.ts'

export async function seedPrescription(
  _kit: Pick<Kit, 'call'>,
  _self: Client<typeof prescription>,
  _call: Call,
): Promise<void> {}
