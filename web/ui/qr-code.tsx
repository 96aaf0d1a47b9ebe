// A QR symbol (ISO/IEC 18004) in byte mode at error correction level M, versions 1 to 10: enough for the 213 bytes of an otpauth URI.
import { useMemo } from 'react'

/** Per version from 1: codewords of error correction per block, and how many data codewords each block holds. */
const blocksOf: readonly (readonly [correction: number, blocks: readonly number[]])[] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
]
const alignmentOf: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
]

export function QrCode({ text, label, size = 208 }: { text: string; label: string; size?: number }) {
  const modules = useMemo(() => drawSymbol(text), [text])
  const width = modules.length
  const path = modules
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])))
    .join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width + 8} ${width + 8}`}
      width={size}
      height={size}
      shapeRendering="crispEdges"
      className="swatch rounded-lg"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d)
    product ^= ((b >>> bit) & 1) * a
  }
  return product
}

/** Reed–Solomon remainder over GF(2^8) with the polynomial 0x11D. */
function correctionFor(data: readonly number[], degree: number): number[] {
  const divisor = Array.from<unknown, number>({ length: degree }, (_, index) => (index === degree - 1 ? 1 : 0))
  let root = 1
  for (let step = 0; step < degree; step++) {
    for (let index = 0; index < degree; index++)
      divisor[index] = multiply(divisor[index] ?? 0, root) ^ (divisor[index + 1] ?? 0)
    root = multiply(root, 2)
  }
  const remainder = Array.from<unknown, number>({ length: degree }, () => 0)
  for (const byte of data) {
    const factor = byte ^ (remainder.shift() ?? 0)
    remainder.push(0)
    for (let index = 0; index < degree; index++)
      remainder[index] = (remainder[index] ?? 0) ^ multiply(divisor[index] ?? 0, factor)
  }
  return remainder
}

function codewords(bytes: Uint8Array, version: number): number[] {
  const [degree, blocks] = blocksOf[version - 1] ?? [0, []]
  const capacity = blocks.reduce((sum, size) => sum + size, 0)
  const lengthBits = version < 10 ? 8 : 16
  let bits = `0100${bytes.length.toString(2).padStart(lengthBits, '0')}${[...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')}`
  bits += '0'.repeat(Math.min(4, capacity * 8 - bits.length))
  bits += '0'.repeat((8 - (bits.length % 8)) % 8)
  const data = bits.match(/.{8}/g)?.map(byte => Number.parseInt(byte, 2)) ?? []
  for (let pad = 0; data.length < capacity; pad++) data.push(pad % 2 === 0 ? 0xec : 0x11)
  let taken = 0
  const parts = blocks.map(size => data.slice(taken, (taken += size)))
  const corrections = parts.map(part => correctionFor(part, degree))
  const interleave = (lists: number[][]) =>
    Array.from({ length: Math.max(...lists.map(list => list.length)) }, (_, index) =>
      lists.flatMap(list => list[index] ?? []),
    ).flat()
  return [...interleave(parts), ...interleave(corrections)]
}

export function drawSymbol(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text)
  const version =
    blocksOf.findIndex(
      ([, blocks], index) => blocks.reduce((sum, size) => sum + size, 0) >= bytes.length + (index < 9 ? 2 : 3),
    ) + 1
  if (version === 0) throw new Error('text too long for a QR symbol of version 10')
  const width = version * 4 + 17
  const dark = Array.from({ length: width }, () => Array.from({ length: width }, () => false))
  const fixed = Array.from({ length: width }, () => Array.from({ length: width }, () => false))
  const set = (x: number, y: number, isDark: boolean) => {
    const [row, marks] = [dark[y], fixed[y]]
    if (!row || !marks || x < 0 || x >= width) return
    row[x] = isDark
    marks[x] = true
  }
  drawPatterns(version, width, set)
  drawData(codewords(bytes, version), width, dark, fixed)
  drawFormat(width, set)
  return dark
}

type SetModule = (x: number, y: number, isDark: boolean) => void

function drawPatterns(version: number, width: number, set: SetModule): void {
  for (let index = 0; index < width; index++) {
    set(6, index, index % 2 === 0)
    set(index, 6, index % 2 === 0)
  }
  for (const [x, y] of [
    [3, 3],
    [width - 4, 3],
    [3, width - 4],
  ] as const) {
    for (let dy = -4; dy <= 4; dy++)
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy))
        if (y + dy >= 0 && y + dy < width) set(x + dx, y + dy, ring !== 2 && ring !== 4)
      }
  }
  const centres = alignmentOf[version - 1] ?? []
  const last = centres.length - 1
  centres.forEach((x, i) =>
    centres.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return
      for (let dy = -2; dy <= 2; dy++)
        for (let dx = -2; dx <= 2; dx++) set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
    }),
  )
  drawFormat(width, set)
  if (version < 7) return
  let remainder = version
  for (let step = 0; step < 12; step++) remainder = (remainder << 1) ^ ((remainder >>> 11) * 0x1f25)
  const bits = (version << 12) | remainder
  for (let index = 0; index < 18; index++) {
    const isDark = ((bits >>> index) & 1) === 1
    set(width - 11 + (index % 3), Math.floor(index / 3), isDark)
    set(Math.floor(index / 3), width - 11 + (index % 3), isDark)
  }
}

/** Level M with mask 0; one mask is allowed, only less even than the best of eight. */
function drawFormat(width: number, set: SetModule): void {
  const data = 0b00_000
  let remainder = data
  for (let step = 0; step < 10; step++) remainder = (remainder << 1) ^ ((remainder >>> 9) * 0x537)
  const bits = ((data << 10) | remainder) ^ 0x5412
  const bit = (index: number) => ((bits >>> index) & 1) === 1
  for (let index = 0; index <= 5; index++) set(8, index, bit(index))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let index = 9; index < 15; index++) set(14 - index, 8, bit(index))
  for (let index = 0; index < 8; index++) set(width - 1 - index, 8, bit(index))
  for (let index = 8; index < 15; index++) set(8, width - 15 + index, bit(index))
  set(8, width - 8, true)
}

function drawData(words: readonly number[], width: number, dark: boolean[][], fixed: boolean[][]): void {
  let index = 0
  for (let right = width - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < width; step++)
      for (let side = 0; side < 2; side++) {
        const x = right - side
        const y = ((right + 1) & 2) === 0 ? width - 1 - step : step
        const row = dark[y]
        if (!row || fixed[y]?.[x]) continue
        const value = (((words[index >>> 3] ?? 0) >>> (7 - (index & 7))) & 1) === 1
        row[x] = value !== ((x + y) % 2 === 0)
        index++
      }
  }
}
