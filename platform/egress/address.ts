// Which addresses lie on the public internet. Everything else is refused, so a kind of address we forgot is refused too.
import { BlockList, isIP } from 'node:net'

/** IPv4 that is not globally reachable (IANA IPv4 Special-Purpose Address Registry, RFC 6890), and multicast. */
const special4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT, and the metadata service of one cloud
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, and the metadata service of most clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Exceptions inside the one range of IPv6 that is public, 2000::/3; several of them carry an IPv4 address inside. */
const special6: readonly [string, number][] = [
  ['2001::', 23], // Teredo, benchmarking, ORCHID and other protocols
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4
  ['3fff::', 20],
]

function listOf(networks: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, family)
  return list
}

const inside4 = listOf(special4, 'ipv4')
const inside6 = listOf(special6, 'ipv6')
// Mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96), ULA (fc00::/7), link-local (fe80::/10), loopback … all lie outside.
const public6 = listOf([['2000::', 3]], 'ipv6')
const linkLocal = listOf([['169.254.0.0', 16]], 'ipv4')

/** True only for an address anybody on the internet could speak to. `address` is in the form a resolver returns. */
export function isPublic(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !inside4.check(address, 'ipv4')
  if (family === 6) return public6.check(address, 'ipv6') && !inside6.check(address, 'ipv6')
  return false
}

/** True for what no name may lead to, not even an allowed one: a cloud's metadata service hands out credentials. */
export function isMetadata(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return linkLocal.check(address, 'ipv4')
  return (
    family === 6 &&
    (/^fe[89ab]/i.test(address) || /^fd00:ec2:/i.test(address) || /^::ffff:(169\.254|a9fe)/i.test(address))
  )
}
