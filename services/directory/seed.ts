// A directory worth searching: clinics, pharmacies and carriers in three regions, and thirty clinicians who do not exist.
import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import type { Currency } from '#core/money'
import { dayMs, instantOf } from '#core/time'
import type { directory, Specialty, VisitMode } from './contract.ts'

type City = 'boston' | 'berlin' | 'singapore'
type DemoService = { name: string; minutes: number; price: number; modes: VisitMode[] }
type DemoClinician = {
  name: string
  title: string
  city: City
  specialties: Specialty[]
  languages: string[]
  about: string
  services: DemoService[]
  /** Further jurisdictions beside the city's own. */
  also: string[]
}

const places = {
  boston: {
    city: 'Boston',
    jurisdiction: 'US-MA',
    timeZone: 'America/New_York',
    currency: 'USD',
    register: 'MA Board of Registration in Medicine',
    plans: ['Commonwealth Gold PPO', 'Baystate HMO', 'Medicare'],
    clinic: ['Back Bay Health', '230 Clarendon Street, Boston, MA 02116'],
    pharmacy: ['Charles River Pharmacy', '88 Cambridge Street, Boston, MA 02114'],
    carrier: ['Commonwealth Mutual', '1 Federal Street, Boston, MA 02110'],
  },
  berlin: {
    city: 'Berlin',
    jurisdiction: 'DE',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    register: 'Ärztekammer Berlin',
    plans: ['GKV', 'Spree Privat', 'Selbstzahler'],
    clinic: ['Praxis am Landwehrkanal', 'Maybachufer 21, 12047 Berlin'],
    pharmacy: ['Linden-Apotheke', 'Torstraße 140, 10119 Berlin'],
    carrier: ['Spree Krankenversicherung', 'Friedrichstraße 95, 10117 Berlin'],
  },
  singapore: {
    city: 'Singapore',
    jurisdiction: 'SG',
    timeZone: 'Asia/Singapore',
    currency: 'SGD',
    register: 'Singapore Medical Council',
    plans: ['MediShield Life', 'Merlion Shield Plus', 'Self-pay'],
    clinic: ['Tanjong Medical House', '12 Tras Street, Singapore 078972'],
    pharmacy: ['Katong Pharmacy', '305 Joo Chiat Road, Singapore 427531'],
    carrier: ['Merlion Assurance', '8 Marina View, Singapore 018960'],
  },
} as const satisfies Record<City, { currency: Currency } & Record<string, unknown>>

/** Three lines each: who, where and in which languages; visits with minutes, price and modes (both unless said); about. */
const clinicians: DemoClinician[] = read(`
boston | Dr. Elena Brandt | MD, Family Medicine | general-practice | en de es | US-NY US-CA
  First visit, 40 min, 180 | Follow-up, 20 min, 95 | Annual check-up, 45 min, 210, clinic
  Family physician for all ages. I like to understand the whole story before I prescribe anything, and I answer messages the same day.
boston | Dr. Marcus Whitfield | MD, Cardiology | cardiology | en | US-NY
  Cardiology consultation, 45 min, 260 | Blood pressure review, 20 min, 110, video
  Cardiologist with a focus on high blood pressure and rhythm disorders. Bring your home readings; we will look at them together.
boston | Dr. Aisha Rahman | MD, Dermatology | dermatology | en ar ur | US-CA
  Skin consultation, 25 min, 170 | Full skin check, 40 min, 240, clinic
  Acne, eczema and mole checks for adults and teenagers. Clear pictures before a video visit help a lot.
boston | Dr. Daniel Okonkwo | MD, Pediatrics | paediatrics | en fr | 
  Sick child visit, 20 min, 120 | Well-child check, 30 min, 150, clinic | Parent advice, 15 min, 60, video
  Children from the first week to college. Worried parents are welcome; there are no silly questions here.
boston | Dr. Sofia Marchetti | MD, Obstetrics & Gynecology | gynaecology | en it es | 
  Gynecology consultation, 30 min, 210 | Prenatal visit, 30 min, 190, clinic
  From contraception to menopause. I take time for questions that are hard to ask.
boston | Dr. Hannah Liebowitz | MD, Psychiatry | psychiatry | en he | US-NY US-CA
  Psychiatric assessment, 60 min, 320 | Medication review, 25 min, 140, video
  Adult psychiatry: depression, anxiety, ADHD. Medication is one tool among several.
boston | Grace Nakamura | LICSW, Psychotherapist | psychotherapy | en ja | US-CA
  Therapy session, 50 min, 165 | First conversation, 30 min, 80, video
  Cognitive behavioural therapy for anxiety, grief and burnout, in the room or by video.
boston | Dr. Patrick O’Leary | MD, Orthopedic Surgery | orthopaedics | en | 
  Orthopedic consultation, 30 min, 230 | Post-op check, 15 min, 90
  Knees, hips and sports injuries. Surgery is the last thing we talk about, not the first.
boston | Dr. Wei Zhang | MD, Endocrinology | endocrinology nutrition | en zh | US-NY
  Endocrinology consultation, 40 min, 240 | Diabetes follow-up, 20 min, 115, video
  Diabetes and thyroid disease, with a weakness for good data: sensors and pumps are welcome.
boston | Dr. Lucía Fernández | MD, Neurology | neurology | en es pt | 
  Neurology consultation, 45 min, 270 | Migraine follow-up, 20 min, 120, video
  Headache and migraine clinic. A diary of four weeks is the best thing you can bring.
berlin | Dr. med. Jonas Weber | Facharzt für Allgemeinmedizin | general-practice | de en | AT
  Sprechstunde, 20 min, 60 | Check-up, 45 min, 140, clinic | Impfberatung, 15 min, 35, video
  Hausarzt in Neukölln. Vorsorge, Impfungen und alles, womit man zuerst zum Hausarzt geht.
berlin | Dr. med. Katharina Müller-Weiß | Fachärztin für Haut- und Geschlechtskrankheiten | dermatology | de en fr | AT
  Hautsprechstunde, 20 min, 75 | Hautkrebsscreening, 30 min, 95, clinic
  Hautkrebsvorsorge, Ekzeme, Akne. Gute Fotos machen die Videosprechstunde leichter.
berlin | Dr. med. Yusuf Demir | Facharzt für Innere Medizin und Kardiologie | cardiology | de tr en | 
  Kardiologische Beratung, 40 min, 150 | Blutdruckkontrolle, 15 min, 45, video
  Herz und Kreislauf, mit Zeit für Erklärungen auf Deutsch, Türkisch und Englisch.
berlin | Dr. med. Leila Haddad | Fachärztin für Kinder- und Jugendmedizin | paediatrics | de ar en | 
  Kindersprechstunde, 20 min, 65 | Vorsorgeuntersuchung, 30 min, 85, clinic
  Kinder und Jugendliche bis 18. Akute Beschwerden bekommen am selben Tag einen Termin.
berlin | Dr. med. Friederike Sommer | Fachärztin für Frauenheilkunde | gynaecology | de en | 
  Frauenärztliche Sprechstunde, 25 min, 80 | Schwangerenvorsorge, 30 min, 95, clinic
  Vorsorge, Schwangerschaft, Wechseljahre: ruhig und ohne Eile.
berlin | Dr. med. Andrei Popescu | Facharzt für Psychiatrie und Psychotherapie | psychiatry psychotherapy | de ro en | AT
  Erstgespräch, 50 min, 160 | Folgegespräch, 25 min, 85, video
  Depression, Angst und Schlafstörungen bei Erwachsenen.
berlin | Miriam Seidel | Psychologische Psychotherapeutin | psychotherapy | de en | 
  Therapiesitzung, 50 min, 115 | Kennenlerngespräch, 25 min, 50, video
  Verhaltenstherapie bei Stress, Burnout und Trauer.
berlin | Dr. med. Tobias Krüger | Facharzt für Orthopädie und Unfallchirurgie | orthopaedics | de en | 
  Orthopädische Sprechstunde, 25 min, 90 | Befundbesprechung, 15 min, 45, video
  Rücken, Knie, Schulter. Oft hilft Bewegung mehr als das Messer.
berlin | Dr. med. Anneliese Vogt | Fachärztin für Augenheilkunde | ophthalmology | de fr | 
  Augenuntersuchung, 25 min, 85, clinic | Nachkontrolle, 15 min, 50
  Sehtests, Glaukomvorsorge und Netzhautkontrollen.
berlin | Dr. med. Piotr Zieliński | Facharzt für Hals-Nasen-Ohren-Heilkunde | ent | de pl en | 
  HNO-Sprechstunde, 20 min, 70 | Hörtest, 30 min, 90, clinic
  Ohren, Nase, Hals, von der Mandelentzündung bis zum Tinnitus.
singapore | Dr. Tan Mei Ling | MBBS, Family Physician | general-practice | en zh ms | 
  Consultation, 20 min, 55 | Health screening, 45 min, 180, clinic | Repeat prescription, 10 min, 30, video
  Family medicine for three generations under one roof. Walk me through your week and we will find a plan that fits it.
singapore | Dr. Arjun Menon | MRCP, Gastroenterology | gastroenterology | en ta ml | 
  Gastroenterology consultation, 30 min, 190 | Follow-up, 15 min, 95
  Reflux, irritable bowel and liver health. Most bellies get better without a scope.
singapore | Dr. Siti Nurhaliza Ismail | MMed, Paediatrics | paediatrics | en ms | 
  Child consultation, 20 min, 85 | Vaccination visit, 15 min, 60, clinic
  Newborns, toddlers and teenagers, with a special interest in childhood asthma.
singapore | Dr. Lim Wei Jie | FAMS, Cardiology | cardiology | en zh | 
  Cardiology consultation, 40 min, 250 | Results review, 20 min, 120, video
  Heart failure and prevention. I would rather see you early than often.
singapore | Dr. Priya Raghavan | FRCP, Respiratory Medicine | pulmonology | en ta hi | 
  Lung consultation, 30 min, 200 | Asthma review, 20 min, 100, video
  Asthma, cough that will not go away, and sleep apnoea.
singapore | Dr. Chua Kai Xiang | FAMS, Dermatology | dermatology | en zh | 
  Skin consultation, 20 min, 150 | Mole check, 30 min, 180, clinic
  Skin in a hot climate: eczema, acne, fungal infections, mole checks.
singapore | Rachel Goh | Clinical Psychologist | psychotherapy | en zh | 
  Therapy session, 50 min, 180 | First conversation, 25 min, 80, video
  Therapy for anxiety, relationships and life between two cultures.
singapore | Dr. Vikram Sethi | FRCS, Urology | urology | en hi pa | 
  Urology consultation, 30 min, 210 | Follow-up, 15 min, 105
  Kidney stones, prostate and bladder. Discreet and to the point.
singapore | Farah Abdullah | Accredited Dietitian | nutrition | en ms ar | 
  Nutrition plan, 45 min, 120 | Follow-up, 20 min, 60, video
  Eating well with diabetes, in pregnancy, and with hawker food in mind.
singapore | Dr. Koh Hui Min | FRANZCO, Ophthalmology | ophthalmology | en zh | 
  Eye examination, 30 min, 170, clinic | Eye follow-up, 15 min, 85
  Dry eyes, cataract and children’s short-sightedness.
`)

const sourceOf = (index: number) => `demo:clinician/${index + 1}`

/** Sources of the demo clinicians in order; 1 is the one with an account, and 1–10, 11–20 and 21–30 work in the three cities. */
export const demoClinicianSources: readonly string[] = clinicians.map((_, index) => sourceOf(index))

export type SeededDirectory = { clinicianIds: Record<string, string>; organizationIds: Record<string, string> }

/** Repeatable: a second run finds everything by its source and changes nothing. Returns the ids by source. */
export async function seedDirectory(
  client: Client<typeof directory>,
  nowMs: number,
  call: Call,
): Promise<SeededDirectory> {
  const organizationIds = await seedOrganizations(client, call)
  const clinicianIds: Record<string, string> = {}
  for (const [index, demo] of clinicians.entries()) {
    const place = places[demo.city]
    const { city: _, also, services, ...entry } = demo
    const { id, licences } = await client.addClinician(
      {
        ...entry,
        source: sourceOf(index),
        organizationId: organizationIds[`demo:clinic/${demo.city}`]!,
        plans: place.plans.filter((_plan, position) => (index + position) % 3 !== 2),
        services: services.map(({ price, ...service }) => ({
          ...service,
          price: { amountMinor: price * 100, currency: place.currency },
        })),
      },
      call,
    )
    clinicianIds[sourceOf(index)] = id
    for (const jurisdiction of licences.length > 0 ? [] : [place.jurisdiction, ...also]) {
      const number = `${jurisdiction}-${String(20_417 + index * 37)}`
      const period = { validFrom: dateAt(nowMs - 900 * dayMs), validTo: dateAt(nowMs + 900 * dayMs) }
      const licence = await client.addLicence({ clinicianId: id, jurisdiction, number, ...period }, call)
      const evidence = `Demo entry, as if found in the register: ${place.register}`
      await client.verifyLicence({ licenceId: licence.id, outcome: 'verified', evidence }, call)
    }
  }
  return { clinicianIds, organizationIds }
}

async function seedOrganizations(client: Client<typeof directory>, call: Call): Promise<Record<string, string>> {
  const ids: Record<string, string> = {}
  for (const [key, { city, jurisdiction, timeZone, ...place }] of Object.entries(places)) {
    for (const kind of ['clinic', 'pharmacy', 'carrier'] as const) {
      const [name, address] = place[kind]
      const source = `demo:${kind}/${key}`
      const { id } = await client.addOrganization({ source, kind, name, address, city, jurisdiction, timeZone }, call)
      ids[source] = id
    }
  }
  return ids
}

const dateAt = (epochMs: number) => instantOf(epochMs).slice(0, 10)

function read(text: string): DemoClinician[] {
  const lines = text.trim().split('\n')
  const parts = (line: string, mark: string) => line.split(mark).map(part => part.trim())
  const words = (list = '') => list.split(' ').filter(Boolean)
  return lines.flatMap((line, index) => {
    if (index % 3 !== 0) return []
    const [city, name = '', title = '', specialties, languages, also] = parts(line, ' |')
    const services = parts(lines[index + 1]!, ' | ').map((service): DemoService => {
      const [visit = '', minutes = '', price, modes = 'video clinic'] = parts(service, ', ')
      return { name: visit, minutes: parseInt(minutes), price: Number(price), modes: words(modes) as VisitMode[] }
    })
    const about = lines[index + 2]!.trim()
    const codes = words(specialties) as Specialty[]
    return [
      {
        city: city as City,
        name,
        title,
        specialties: codes,
        languages: words(languages),
        also: words(also),
        services,
        about,
      },
    ]
  })
}
