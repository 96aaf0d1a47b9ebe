// Words for medicines and for what is known about them, as prescribing, dispensing and selling share them.
import { z } from 'zod'
import { PlainDate } from './time.ts'

/** From what must not be to what is worth knowing; a `note` says what could not be checked. */
export const Severity = z.enum(['contraindicated', 'major', 'moderate', 'note'])
export type Severity = z.output<typeof Severity>

/** `cited` names a public source by its id; everything else is an estimate and says so. */
export const Provenance = z.strictObject({ isCited: z.boolean(), source: z.string().max(60).optional() })
export type Provenance = z.output<typeof Provenance>

export const Source = z.strictObject({
  id: z.string().max(60),
  title: z.string().max(200),
  address: z.url().max(300),
  /** When it was looked at, `2026-11` or a date. */
  seen: z.string().max(10),
})
export type Source = z.output<typeof Source>

const Text = z.string().trim().min(1).max(300)
const RuleSeverity = Severity.exclude(['note'])
/** A medicine's code, `@class`, or `ATC:` with the beginning of a code. */
const Name = z.string().min(1).max(120)

export const DoseForm = z.strictObject({
  form: z.string().min(1).max(60),
  /** As written on the pack: `20 mg`, `25 mg/mL`. */
  strengths: z.array(z.string().max(40)).min(1).max(30),
})
export type DoseForm = z.output<typeof DoseForm>

export const Medicine = z.strictObject({
  /** The international non-proprietary name in lower case; unique. */
  code: Name,
  name: Name,
  atc: z.string().regex(/^[A-Z]\d{2}[A-Z]{2}\d{2}$/),
  forms: z.array(DoseForm).min(1).max(20),
  synonyms: z.array(Name).max(40),
  provenance: Provenance,
})
export type Medicine = z.output<typeof Medicine>

export const InteractionRule = z.strictObject({
  left: Name,
  right: Name,
  severity: RuleSeverity,
  mechanism: z.string().regex(/^[a-z0-9-]{2,40}$/),
  advice: Text,
  provenance: Provenance,
})
export type InteractionRule = z.output<typeof InteractionRule>

export const AllergyClass = z.strictObject({
  name: Name,
  words: z.array(z.string().min(3).max(60)).min(1),
  members: z.array(Name).min(1),
  crosses: z.array(z.strictObject({ to: Name, severity: RuleSeverity })),
  provenance: Provenance,
})
export type AllergyClass = z.output<typeof AllergyClass>

const amount = z.number().positive().optional()

/** Largest usual doses by mouth; what is absent is not known here. */
export const DoseRange = z.strictObject({
  medicine: Name,
  unit: z.enum(['mg', 'µg', 'g', 'IU']),
  adultSingleMax: amount,
  adultDayMax: amount,
  childSingleMaxPerKg: amount,
  childDayMaxPerKg: amount,
  usualDayMin: amount,
  provenance: Provenance,
})
export type DoseRange = z.output<typeof DoseRange>

export const Limit = z.strictObject({
  kind: z.enum(['age', 'renal', 'pregnancy', 'lactation']),
  medicine: Name,
  /** Years for age, mL/min/1.73 m² for renal, weeks for pregnancy; absent where any counts. */
  below: z.number().positive().optional(),
  from: z.number().nonnegative().optional(),
  severity: RuleSeverity,
  advice: Text,
  provenance: Provenance,
})
export type Limit = z.output<typeof Limit>

export const JurisdictionRule = z.strictObject({
  /** `US-MA`, `US`, or `*` for wherever nothing else is said. */
  jurisdiction: z.string().max(8),
  from: PlainDate,
  until: PlainDate.optional(),
  /** Of controlled substances, as the law there names it. */
  schedule: z.string().max(20).optional(),
  medicines: z.array(Name).min(1),
  validDays: z.int().positive().optional(),
  refillsMax: z.int().nonnegative().optional(),
  supplyDaysMax: z.int().positive().optional(),
  substitution: z.enum(['yes', 'no', 'ask']),
  prescribers: z.array(z.string().max(30)).min(1),
  provenance: Provenance,
})
export type JurisdictionRule = z.output<typeof JurisdictionRule>

/** All that is known about medicines: shipped as files, or imported from a licensed source in this form. */
export const Knowledge = z.strictObject({
  sources: z.array(Source).max(1_000),
  medicines: z.array(Medicine).max(20_000),
  classes: z.record(Name, z.array(Name).min(1)),
  interactions: z.array(InteractionRule).max(100_000),
  allergies: z.array(AllergyClass).max(1_000),
  doses: z.array(DoseRange).max(20_000),
  limits: z.array(Limit).max(50_000),
  jurisdictions: z.array(JurisdictionRule).max(5_000),
})
export type Knowledge = z.output<typeof Knowledge>

/** A sentence by its name and what is put into it, so that every page says it in its reader's language. */
export const Sentence = z.strictObject({
  id: z.string().max(40),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Sentence = z.output<typeof Sentence>

/** One thing a check found. `key` names it, so that an override can say which one it answers. */
export const Finding = z.strictObject({
  key: z.string().max(300),
  kind: z.enum([
    'interaction',
    'allergy',
    'duplicate',
    'dose',
    'age',
    'renal',
    'pregnancy',
    'lactation',
    'law',
    'unchecked',
  ]),
  severity: Severity,
  /** What it is about beside the medicine: the other medicine, the allergy, the limit. */
  about: z.string().max(200),
  mechanism: z.string().max(40).optional(),
  /** For professionals, in English. */
  advice: z.string().max(400),
  /** The same for any language; absent in what was found before it was. Advice of a source beside it stays in the source's words. */
  text: Sentence.optional(),
  provenance: Provenance,
})
export type Finding = z.output<typeof Finding>
