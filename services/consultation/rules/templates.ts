// Beginnings of notes. Whoever writes fills in and deletes; nothing here is a finding.
import type { Locale } from '#core/call'
import type { NoteSections } from '../contract.ts'

export type Template = { id: string; name: string; sections: NoteSections }

const of = (id: string, name: string, ...[subjective, objective, assessment, plan]: string[]): Template => ({
  id,
  name,
  sections: {
    subjective: subjective ?? '',
    objective: objective ?? '',
    assessment: assessment ?? '',
    plan: plan ?? '',
  },
})

export const templates: Record<Locale, readonly Template[]> = {
  en: [
    of(
      'acute',
      'New complaint',
      'Complaint:\nSince:\nBetter or worse with:\nTried so far:\nRed flags asked:',
      'By video: general appearance, breathing, speech.\nMeasured at home:',
      'Most likely:\nAlso considered:',
      'Treatment:\nWhen to come back or call for help:',
    ),
    of(
      'followUp',
      'Follow-up',
      'Since the last visit:\nMedicines taken as agreed:\nSide effects:',
      'Measured at home:\nNew results:',
      'Course:',
      'Continue:\nChange:\nNext check:',
    ),
    of(
      'mental',
      'Mental health',
      'Mood, sleep, appetite, drive:\nStrains and supports:\nThoughts of self-harm asked:',
      'Contact, thinking, affect:',
      'Assessment and risk:',
      'Agreed steps:\nIn a crisis:',
    ),
  ],
  de: [
    of(
      'acute',
      'Neue Beschwerden',
      'Beschwerden:\nSeit:\nBesser oder schlechter durch:\nBisher versucht:\nWarnzeichen erfragt:',
      'Im Video: Allgemeinzustand, Atmung, Sprache.\nZu Hause gemessen:',
      'Am wahrscheinlichsten:\nEbenfalls erwogen:',
      'Behandlung:\nWann wiederkommen oder Hilfe rufen:',
    ),
    of(
      'followUp',
      'Verlaufskontrolle',
      'Seit dem letzten Termin:\nMedikamente wie vereinbart:\nNebenwirkungen:',
      'Zu Hause gemessen:\nNeue Befunde:',
      'Verlauf:',
      'Fortführen:\nÄndern:\nNächste Kontrolle:',
    ),
    of(
      'mental',
      'Psychische Gesundheit',
      'Stimmung, Schlaf, Appetit, Antrieb:\nBelastungen und Stützen:\nGedanken an Selbstverletzung erfragt:',
      'Kontakt, Denken, Affekt:',
      'Einschätzung und Risiko:',
      'Vereinbarte Schritte:\nIn einer Krise:',
    ),
  ],
  ar: [
    of(
      'acute',
      'شكوى جديدة',
      'الشكوى:\nمنذ:\nما يخففها أو يزيدها:\nما جُرّب حتى الآن:\nعلامات الخطر التي سُئل عنها:',
      'بالفيديو: المظهر العام والتنفس والكلام.\nالقياسات المنزلية:',
      'الأرجح:\nاحتمالات أخرى:',
      'العلاج:\nمتى تجب المراجعة أو طلب المساعدة:',
    ),
    of(
      'followUp',
      'متابعة',
      'منذ الزيارة الأخيرة:\nالالتزام بالأدوية:\nالآثار الجانبية:',
      'القياسات المنزلية:\nنتائج جديدة:',
      'المسار:',
      'الاستمرار:\nالتغيير:\nالمراجعة القادمة:',
    ),
    of(
      'mental',
      'الصحة النفسية',
      'المزاج والنوم والشهية والدافع:\nالضغوط ومصادر الدعم:\nسُئل عن أفكار إيذاء النفس:',
      'التواصل والتفكير والعاطفة:',
      'التقييم والخطورة:',
      'الخطوات المتفق عليها:\nفي الأزمات:',
    ),
  ],
}
