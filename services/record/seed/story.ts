// What happened in the demo records, as data. Numbers of days count back from the day the demo is made.

type Problem = { name: string; code: string; since: number; ended?: number; note?: string }
type Medicine = { name: string; code: string; since: number; ended?: number; dose: string; reason: string }
type Allergy = {
  name: string
  code: string
  kind: string
  criticality: string
  since: number
  reaction: string
  severity: string
}
type Visit = { daysAgo: number; reason: string; isVideo?: boolean; isSpecialist?: boolean }
type Brief = { problems: Problem[]; medicines: Medicine[]; allergies: Allergy[]; pressures: number[][] }

export const story: Brief & { visits: Visit[]; shared: Brief; distant: Brief } = {
  pressures: [],
  problems: [
    { name: 'Underactive thyroid (Hashimoto)', code: '21983002', since: 1_490, note: 'Stable on levothyroxine.' },
    { name: 'High blood pressure', code: '38341003', since: 950 },
    { name: 'Hay fever', code: '367498001', since: 1_700 },
    { name: 'Iron deficiency anaemia', code: '87522002', since: 1_495, ended: 1_130 },
    { name: 'Sprained ankle', code: '44465007', since: 640, ended: 590, note: 'Left side, after running.' },
  ],
  medicines: [
    {
      name: 'Levothyroxine 75 µg tablet',
      code: '966222',
      since: 1_130,
      dose: '1 tablet each morning',
      reason: 'Thyroid',
    },
    {
      name: 'Levothyroxine 50 µg tablet',
      code: '966221',
      since: 1_485,
      ended: 1_130,
      dose: '1 tablet each morning',
      reason: 'Thyroid',
    },
    {
      name: 'Lisinopril 10 mg tablet',
      code: '314076',
      since: 945,
      dose: '1 tablet each evening',
      reason: 'Blood pressure',
    },
    {
      name: 'Cetirizine 10 mg tablet',
      code: '1014678',
      since: 1_695,
      dose: '1 tablet when needed',
      reason: 'Hay fever',
    },
    {
      name: 'Ferrous sulfate 325 mg tablet',
      code: '310325',
      since: 1_485,
      ended: 1_130,
      dose: '1 tablet every other day',
      reason: 'Low iron',
    },
    {
      name: 'Ibuprofen 400 mg tablet',
      code: '197805',
      since: 640,
      ended: 626,
      dose: '1 tablet up to three times a day with food',
      reason: 'Sprained ankle',
    },
  ],
  allergies: [
    {
      name: 'Penicillin',
      code: '91936005',
      kind: 'medication',
      criticality: 'high',
      since: 1_780,
      reaction: 'Hives within an hour',
      severity: 'moderate',
    },
    {
      name: 'Birch pollen',
      code: '418689008',
      kind: 'environment',
      criticality: 'low',
      since: 1_700,
      reaction: 'Sneezing, itching eyes',
      severity: 'mild',
    },
  ],
  visits: [
    { daysAgo: 1_780, reason: 'First visit' },
    { daysAgo: 1_700, reason: 'Hay fever' },
    { daysAgo: 1_490, reason: 'Tiredness' },
    { daysAgo: 1_300, reason: 'Thyroid follow-up', isVideo: true },
    { daysAgo: 1_130, reason: 'Thyroid follow-up' },
    { daysAgo: 950, reason: 'Yearly check-up' },
    { daysAgo: 860, reason: 'Blood pressure', isVideo: true },
    { daysAgo: 640, reason: 'Ankle injury' },
    { daysAgo: 585, reason: 'Yearly check-up' },
    { daysAgo: 400, reason: 'Blood pressure', isVideo: true },
    { daysAgo: 195, reason: 'Thyroid consultation', isSpecialist: true },
    { daysAgo: 33, reason: 'Yearly check-up' },
  ],
  shared: {
    problems: [
      { name: 'Type 2 diabetes', code: '44054006', since: 2_400 },
      { name: 'High blood pressure', code: '38341003', since: 2_900 },
    ],
    medicines: [
      {
        name: 'Metformin 500 mg tablet',
        code: '861007',
        since: 2_390,
        dose: '1 tablet twice a day',
        reason: 'Diabetes',
      },
      {
        name: 'Amlodipine 5 mg tablet',
        code: '197361',
        since: 1_200,
        dose: '1 tablet each morning',
        reason: 'Blood pressure',
      },
    ],
    allergies: [],
    pressures: [
      [210, 151, 92],
      [120, 148, 90],
      [40, 144, 88],
    ],
  },
  distant: {
    problems: [{ name: 'Asthma', code: '195967001', since: 3_100 }],
    medicines: [
      {
        name: 'Salbutamol 100 µg inhaler',
        code: '745679',
        since: 900,
        dose: '1–2 puffs when needed',
        reason: 'Asthma',
      },
    ],
    allergies: [
      {
        name: 'Peanut',
        code: '91935009',
        kind: 'food',
        criticality: 'high',
        since: 3_000,
        reaction: 'Swelling of the throat',
        severity: 'severe',
      },
    ],
    pressures: [[300, 112, 70]],
  },
}

export const vaccines: { name: string; code: string; daysAgo: number; dose?: string }[] = [
  { name: 'Influenza vaccine', code: '150', daysAgo: 33 },
  { name: 'Influenza vaccine', code: '150', daysAgo: 400 },
  { name: 'Influenza vaccine', code: '150', daysAgo: 765 },
  { name: 'Influenza vaccine', code: '150', daysAgo: 1_130 },
  { name: 'Influenza vaccine', code: '150', daysAgo: 1_490 },
  { name: 'COVID-19 vaccine', code: '300', daysAgo: 1_700, dose: '1' },
  { name: 'COVID-19 vaccine', code: '300', daysAgo: 1_640, dose: '2' },
  { name: 'COVID-19 vaccine', code: '300', daysAgo: 765, dose: 'Booster' },
  { name: 'Tetanus and diphtheria vaccine', code: '113', daysAgo: 640, dose: 'Booster' },
]

type Test = { name: string; code: string; unit: string; ucum?: string; low?: number; high?: number }
export type Panel = { daysAgo: number; name: string; code: string; values: { test: Test; value: number }[] }

const tsh: Test = { name: 'TSH', code: '3016-3', unit: 'mIU/L', ucum: 'm[IU]/L', low: 0.4, high: 4 }
const freeT4: Test = { name: 'Free T4', code: '3024-7', unit: 'ng/dL', low: 0.8, high: 1.8 }
const haemoglobin: Test = { name: 'Haemoglobin', code: '718-7', unit: 'g/dL', low: 12, high: 15.5 }
const ferritin: Test = { name: 'Ferritin', code: '2276-4', unit: 'ng/mL', low: 15, high: 150 }
const glucose: Test = { name: 'HbA1c', code: '4548-4', unit: '%', low: 4, high: 5.6 }
const ldl: Test = { name: 'LDL cholesterol', code: '13457-7', unit: 'mg/dL', high: 130 }
const hdl: Test = { name: 'HDL cholesterol', code: '2085-9', unit: 'mg/dL', low: 50 }
const triglycerides: Test = { name: 'Triglycerides', code: '2571-8', unit: 'mg/dL', high: 150 }
const creatinine: Test = { name: 'Creatinine', code: '2160-0', unit: 'mg/dL', low: 0.6, high: 1.1 }
const potassium: Test = { name: 'Potassium', code: '2823-3', unit: 'mmol/L', low: 3.5, high: 5.1 }

const thyroid = (daysAgo: number, values: [number, number]): Panel => ({
  daysAgo,
  name: 'Thyroid panel',
  code: '55204-3',
  values: [
    { test: tsh, value: values[0] },
    { test: freeT4, value: values[1] },
  ],
})
const blood = (daysAgo: number, values: [number, number]): Panel => ({
  daysAgo,
  name: 'Blood count and iron',
  code: '58410-2',
  values: [
    { test: haemoglobin, value: values[0] },
    { test: ferritin, value: values[1] },
  ],
})
const checkUp = (daysAgo: number, values: [number, number, number, number, number, number]): Panel => ({
  daysAgo,
  name: 'Check-up panel',
  code: '24323-8',
  values: [glucose, ldl, hdl, triglycerides, creatinine, potassium].map((test, index) => ({
    test,
    value: values[index]!,
  })),
})

/** The thyroid and the iron come right with treatment; the last LDL is the one value to talk about. */
export const panels: readonly Panel[] = [
  checkUp(1_778, [5.1, 104, 61, 88, 0.78, 4.2]),
  thyroid(1_488, [9.8, 0.7]),
  blood(1_488, [10.4, 6]),
  thyroid(1_300, [5.2, 0.9]),
  blood(1_300, [11.8, 19]),
  thyroid(1_132, [4.6, 1]),
  blood(1_132, [12.9, 41]),
  checkUp(948, [5.2, 112, 60, 96, 0.81, 4.4]),
  thyroid(860, [2.6, 1.2]),
  checkUp(583, [5.3, 121, 58, 104, 0.79, 4.5]),
  thyroid(583, [2.1, 1.2]),
  blood(583, [13.3, 52]),
  thyroid(197, [1.9, 1.3]),
  checkUp(31, [5.4, 146, 57, 118, 0.82, 4.3]),
  blood(31, [13.1, 48]),
]
