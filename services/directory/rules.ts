import type { Caller } from '#core/call'
import type { Instant, PlainDate, TimeZone } from '#core/time'
import type { CareService, Licence, Organization, Specialty } from './contract.ts'

/** Words people use for a need, in the languages of the product; each leads to the specialty. */
const plainWords: Record<Specialty, string> = {
  'general-practice':
    'general practice practitioner gp family doctor primary care physician checkup cold flu fever cough vaccination hausarzt allgemeinmedizin grippe fieber erkältung impfung طبيب عام أسرة حمى سعال',
  paediatrics:
    'paediatrics pediatrics paediatrician pediatrician child children kid kids baby infant teenager kinderarzt kinder kind طب أطفال طفل',
  dermatology:
    'dermatology dermatologist skin rash acne mole eczema psoriasis hair hautarzt haut ausschlag akne ekzem جلدية جلد طفح',
  cardiology:
    'cardiology cardiologist heart chest blood pressure hypertension palpitations kardiologie herz blutdruck قلب ضغط',
  gynaecology:
    'gynaecology gynecology gynaecologist gynecologist obstetrics woman women pregnancy pregnant period contraception frauenarzt frauen schwangerschaft verhütung نساء حمل ولادة',
  psychiatry:
    'psychiatry psychiatrist mental health depression anxiety adhd bipolar medication psyche psychiater seele angst نفسي اكتئاب قلق',
  psychotherapy:
    'psychotherapy psychotherapist psychologist therapy therapist counselling mental health depression anxiety stress burnout grief psychotherapie therapie angst trauer علاج نفسي قلق',
  orthopaedics:
    'orthopaedics orthopedics orthopaedist orthopedist bone bones joint joints back knee hip shoulder fracture sport orthopädie knochen gelenk rücken knie hüfte schulter عظام ظهر ركبة',
  ophthalmology:
    'ophthalmology ophthalmologist eye eyes vision sight glasses cataract augenarzt augen sehen brille عيون نظر',
  ent: 'ent otolaryngology ear ears nose throat hearing sinus tonsils tinnitus hno ohr nase hals gehör أذن أنف حنجرة',
  endocrinology:
    'endocrinology endocrinologist diabetes sugar thyroid hormone hormones endokrinologie zucker schilddrüse hormone سكري غدة',
  gastroenterology:
    'gastroenterology gastroenterologist stomach belly bowel gut reflux digestion liver magen darm bauch leber verdauung معدة هضم كبد',
  neurology:
    'neurology neurologist nerve nerves brain headache migraine epilepsy dizziness neurologie nerven kopfschmerzen migräne schwindel أعصاب صداع',
  pulmonology:
    'pulmonology pulmonologist lung lungs breathing asthma copd respiratory pneumologie lunge atem رئة تنفس ربو',
  urology: 'urology urologist bladder kidney prostate urine men blase niere prostata männer مسالك كلى مثانة',
  nutrition:
    'nutrition nutritionist dietitian diet food weight obesity eating ernährung diät gewicht übergewicht تغذية وزن',
}

/** Words that say nothing about whom to find. */
const stopWords = new Set(
  'a an and the for in at near me my i need with of to dr doctor doc specialist clinic help best der die das ein eine für mit und ich brauche bei arzt ärztin doktor في من مع طبيب دكتور'
    .split(' ')
    .map(word => fold(word)),
)

const termsMax = 6

/** Lower case, without accents or punctuation: `Müller-Weiß` becomes `muller weiss`. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Each word once between spaces, umlauts in both spellings people type (`muller mueller`). */
export function wordsOf(...texts: string[]): string {
  const words = texts.flatMap(text => {
    const spelled = text.toLowerCase().replaceAll(/[äöü]/g, letter => ({ ä: 'ae', ö: 'oe', ü: 'ue' })[letter]!)
    return [...fold(text).split(' '), ...fold(spelled).split(' ')]
  })
  return ` ${[...new Set(words)].filter(Boolean).join(' ')} `
}

/** What a search for this clinician may say: name, title, need, visit, house and place. */
export function searchTextOf(entry: {
  name: string
  title: string
  specialties: readonly Specialty[]
  services: readonly Pick<CareService, 'name'>[]
  organization: Pick<Organization, 'name' | 'city'>
}): string {
  return wordsOf(
    entry.name,
    entry.title,
    ...entry.specialties.flatMap(each => [each, plainWords[each]]),
    ...entry.services.map(each => each.name),
    entry.organization.name,
    entry.organization.city,
  )
}

/** The words of a search that count; all of them must match. Empty means: no wish about words. */
export function termsOf(text: string | undefined): string[] {
  const words = fold(text ?? '')
    .split(' ')
    .filter(Boolean)
  const telling = words.filter(word => !stopWords.has(word))
  return [...new Set(telling.length > 0 ? telling : words)].slice(0, termsMax)
}

/** Operators and Medley itself may change every entry, clinicians their own. */
export function mayEdit(caller: Caller, clinicianId: string): boolean {
  return caller.roles.includes('operator') || isHouse(caller) || caller.clinicianId === clinicianId
}

/** The public sees what counts; who may edit sees pending and rejected licences too. */
export function visibleLicences(licences: Licence[], caller: Caller, clinicianId: string): Licence[] {
  return mayEdit(caller, clinicianId) ? licences : licences.filter(each => each.verification === 'verified')
}

const isHouse = (caller: Caller) => caller.roles.includes('service')

/** The calendar date of an instant where the visit took place. */
export function dateIn(timeZone: TimeZone, instant: Instant): PlainDate {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short' }).format(new Date(instant))
}

/** Keeps the ids of services that stay, so that bookings made for them still name them. */
export function mergeServices(
  current: readonly CareService[],
  wanted: readonly (Omit<CareService, 'id'> & { id?: string | undefined })[],
  makeId: () => string,
): CareService[] {
  const own = new Set(current.map(each => each.id))
  return wanted.map(({ id, ...rest }) => {
    const isKept = id !== undefined && own.delete(id)
    return { ...rest, id: isKept ? id : makeId() }
  })
}
