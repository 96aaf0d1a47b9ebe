// Text on paper in the letters of most of our people: Latin, Greek, Cyrillic and Arabic, joined and ordered as they are read.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import bidiModule from 'bidi-js'

/** What Node imports of this CommonJS package is the function; its types call it the default of a module. */
const createBidi = bidiModule as unknown as typeof bidiModule.default
/** Tables of Unicode, the same for everybody. */
const bidi = createBidi()

/** Parts of Noto Sans (SIL Open Font License) and the letters each is for, as its style sheet has them; the first that fits is taken. */
const faces = [
  [
    'noto-sans/files/noto-sans-latin',
    /[\u0020-\u00FF\u0131\u0152\u0153\u02BB\u02BC\u02C6\u02DA\u02DC\u2010-\u2027\u20AC\u2122\u2212]/,
  ],
  [
    'noto-sans/files/noto-sans-latin-ext',
    /[\u0100-\u0101\u0104-\u010F\u0112-\u0127\u012A-\u0167\u016A-\u019F\u01A2-\u01AE\u01B1-\u02BA\u1E00-\u1E9F\u20A0-\u20C0]/,
  ],
  [
    'noto-sans/files/noto-sans-vietnamese',
    /[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01A0\u01A1\u01AF\u01B0\p{Mark}\u1EA0-\u1EF9]/u,
  ],
  ['noto-sans/files/noto-sans-greek', /[\u0370-\u03FF]/],
  ['noto-sans/files/noto-sans-greek-ext', /[\u1F00-\u1FFF]/],
  ['noto-sans/files/noto-sans-cyrillic', /[\u0400-\u045F\u0490\u0491\u04B0\u04B1\u2116]/],
  ['noto-sans/files/noto-sans-cyrillic-ext', /[\u0460-\u052F]/],
  [
    'noto-sans-arabic/files/noto-sans-arabic-arabic',
    /[\u0600-\u06FF\u0750-\u077F\u0870-\u08FF\uFB50-\uFDFF\uFE70-\uFEFC]/,
  ],
] as const satisfies readonly (readonly [string, RegExp])[]

export type Face = (typeof faces)[number][0]
export type Weight = 400 | 700

export const faceFile = (face: Face, weight: Weight): Buffer =>
  readFileSync(fileURLToPath(import.meta.resolve(`@fontsource/${face}-${weight}-normal.woff`)))

const faceOf = (letter: string): Face | undefined => faces.find(([, letters]) => letters.test(letter))?.[0]

/** What no face has is shown as missing instead of as a box that might be taken for a letter. */
export const printable = (text: string): string =>
  [...text.replaceAll(/\s+/g, ' ').trim()].map(letter => (faceOf(letter) ? letter : '?')).join('')

/** Letters of one face and direction, from left to right on the paper. */
export type Run = { text: string; face: Face }

/** One line as it is drawn: the Unicode Bidirectional Algorithm (UAX #9) puts runs in order; a face joins Arabic letters by itself. */
export function runsOf(line: string): Run[] {
  const { levels } = bidi.getEmbeddingLevels(line, 'auto')
  const runs: (Run & { level: number })[] = []
  let index = 0
  for (const letter of line) {
    const level = levels[index] ?? 0
    const last = runs.at(-1)
    // A space has no look of its own, so it does not part what stands around it.
    const face = letter === ' ' && last ? last.face : (faceOf(letter) ?? faces[0][0])
    if (last && last.level === level && last.face === face) last.text += letter
    else runs.push({ text: letter, face, level })
    index += letter.length
  }
  return inVisualOrder(runs).map(({ text, face, level }) => ({ face, text: level % 2 === 1 ? turned(text) : text }))
}

/** Rule L2: from the highest level down, whatever lies at that level or above is turned round. */
function inVisualOrder<Levelled extends { level: number }>(runs: readonly Levelled[]): Levelled[] {
  const ordered = [...runs]
  for (let level = Math.max(0, ...runs.map(each => each.level)); level > 0; level--)
    for (let from = 0; from < ordered.length; from++) {
      let to = from
      while (to < ordered.length && ordered[to]!.level >= level) to++
      if (to > from) ordered.splice(from, to - from, ...ordered.slice(from, to).toReversed())
      from = to
    }
  return ordered
}

/** Shaping turns what has Arabic letters in it; signs and spaces alone are turned here, and brackets look the other way (rule L4). */
function turned(text: string): string {
  const mirrored = [...text].map(letter => bidi.getMirroredCharacter(letter) ?? letter)
  return /\p{Script=Arabic}/u.test(text) ? mirrored.join('') : mirrored.toReversed().join('')
}
