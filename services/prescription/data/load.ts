// The shipped knowledge: text files that people review line by line, read into the form that imports have too.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Knowledge, type Provenance } from '#core/medicine'

const folder = join(import.meta.dirname, '../knowledge')

/** The lines of a file that say something, split at `|`. */
function rows(file: string): string[][] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n')
  return lines
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.split('|').map(part => part.trim()))
}

const list = (text = '') =>
  text
    .split(',')
    .map(each => each.trim())
    .filter(Boolean)
const number = (text = '') => (text === '' || text === '-' ? undefined : Number(text))
const known = (text = '') => (text === '-' || text === '' ? undefined : text)

function provenance(text = ''): Provenance {
  const source = /^cited (\S+)$/.exec(text)?.[1]
  return source === undefined ? { isCited: false } : { isCited: true, source }
}

/** `tablet 5 10 mg; solution 1 mg/mL` */
function formsOf(text: string) {
  return text.split(';').map(part => {
    const words = part.trim().split(' ')
    const first = words.findIndex(word => /^\d/.test(word))
    const unit = words.at(-1)!
    return { form: words.slice(0, first).join(' '), strengths: words.slice(first, -1).map(each => `${each} ${unit}`) }
  })
}

function medicines() {
  const synonyms = rows('synonyms.txt')
  return rows('medicines.txt').map(([name = '', atc = '', forms = '']) => ({
    code: name,
    name,
    atc: atc.replace(' ~', ''),
    forms: formsOf(forms),
    synonyms: synonyms.filter(each => each[1] === name).map(each => each[0]!),
    // The name and its code are WHO’s unless the line says otherwise; which strengths are sold differs by country.
    provenance: atc.endsWith('~') ? { isCited: false } : { isCited: true, source: 'who-atc' },
  }))
}

function classes() {
  return Object.fromEntries(
    rows('classes.txt').map(([line = '']) => {
      const [name = '', members] = line.split(/: (.*)/s)
      return [name, list(members)]
    }),
  )
}

function limit([kind, medicine, bound = '', severity, advice, source]: string[]) {
  const [, word, value, unit] = /^(under|over|below|from week) ?(\d+)(?: (months))?$/.exec(bound) ?? []
  const amount = value === undefined ? undefined : Number(value) / (unit === 'months' ? 12 : 1)
  const isFloor = word === 'over' || word === 'from week'
  return {
    kind,
    medicine,
    ...(amount === undefined ? {} : isFloor ? { from: amount } : { below: amount }),
    severity,
    advice,
    provenance: provenance(source),
  }
}

/** Reads and checks all files; throws with the place of whatever is wrong in them. */
export function loadKnowledge(): Knowledge {
  return Knowledge.parse({
    sources: rows('sources.txt').map(([id, title, address, seen]) => ({ id, title, address, seen })),
    medicines: medicines(),
    classes: classes(),
    interactions: rows('interactions.txt').map(([pair = '', severity, mechanism, advice, source]) => {
      const [left, right] = pair.split(' × ')
      return { left, right, severity, mechanism, advice, provenance: provenance(source) }
    }),
    allergies: rows('allergies.txt').map(([name, words, members, crosses = '', source]) => ({
      name,
      words: list(words),
      members: list(members),
      crosses: [...crosses.matchAll(/([a-z-]+) \((\w+)\)/g)].map(([, to, severity]) => ({ to, severity })),
      provenance: provenance(source),
    })),
    doses: rows('doses.txt').map(([medicine, unit, single, day, childSingle, childDay, usual, source]) => ({
      medicine,
      unit,
      adultSingleMax: number(single),
      adultDayMax: number(day),
      childSingleMaxPerKg: number(childSingle),
      childDayMaxPerKg: number(childDay),
      usualDayMin: number(usual),
      provenance: provenance(source),
    })),
    limits: rows('limits.txt').map(limit),
    jurisdictions: rows('jurisdictions.txt').map(
      ([jurisdiction, from, until, schedule, named, days, refills, supply, substitution, who, source]) => ({
        jurisdiction,
        from,
        until: known(until),
        schedule: known(schedule),
        medicines: list(named),
        validDays: number(days),
        refillsMax: number(refills),
        supplyDaysMax: number(supply),
        substitution,
        prescribers: list(who),
        provenance: provenance(source),
      }),
    ),
  })
}
