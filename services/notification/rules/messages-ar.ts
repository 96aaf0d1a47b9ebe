import type { Catalogue } from './kinds.ts'

const where = '{mode, select, video {تُجرى الزيارة بالفيديو.} other {المكان: {place}.}}'

export const ar: Catalogue = {
  booked: {
    title: 'تم حجز زيارتك',
    body: `زيارتك مع {clinician} يوم {when}. ${where}`,
    short: 'تم حجز زيارتك: {shortWhen}.',
  },
  rescheduled: {
    title: 'تغيّر موعد زيارتك',
    body: `أصبحت زيارتك مع {clinician} يوم {when} بدلاً من {formerWhen}. ${where}`,
    short: 'تغيّر موعد زيارتك إلى {shortWhen}.',
  },
  cancelled: {
    title: 'أُلغيت زيارتك',
    body: 'لن تتم زيارتك مع {clinician} يوم {when}. يمكنك حجز موعد آخر متى شئت.',
    short: 'أُلغيت زيارتك يوم {shortWhen}.',
  },
  reminder: {
    title: 'زيارتك تقترب',
    body: `زيارتك مع {clinician} يوم {when}. ${where} إن لم تتمكن من الحضور فيُرجى الإلغاء ليستفيد غيرك من الموعد.`,
    short: 'تذكير: زيارتك يوم {shortWhen}.',
  },
  offered: {
    title: 'أصبح لديك موعد متاح',
    body: 'لدى {clinician} موعد متاح يوم {when}، وهو محجوز لك حتى {until}. احجزه قبل ذلك وإلا انتقل إلى الشخص التالي.',
    short: 'هناك موعد محجوز لك حتى {shortUntil}. افتح Medley لحجزه.',
  },
  claimed: {
    title: 'تم ربط سجلاتك',
    body: 'ما كان محفوظاً لك سابقاً أصبح جزءاً من حسابك. إن لم تكن أنت من فعل ذلك فأخبرنا فوراً.',
    short: 'تم ربط حسابك بسجلات سابقة.',
  },
  glassBroken: {
    title: 'فُتح سجلك في حالة طارئة',
    body: 'فتح شخص سجلك في حالة طارئة ويمكنه قراءته حتى {until}. يوضح سجل الوصول من فعل ذلك ومتى ولماذا، ويراجعه المشغّل.',
    short: 'فُتح سجلك في حالة طارئة.',
  },
  clinicianBooked: {
    title: 'حُجزت زيارة لديك',
    body: 'حجز أحد المرضى موعداً يوم {when}{mode, select, video { بالفيديو} other {}}.',
    short: 'حُجزت زيارة: {shortWhen}.',
  },
  clinicianRescheduled: {
    title: 'تغيّر موعد زيارة لديك',
    body: 'انتقلت زيارة من {formerWhen} إلى {when}.',
    short: 'تغيّر موعد زيارة إلى {shortWhen}.',
  },
  clinicianCancelled: {
    title: 'أُلغيت زيارة لديك',
    body: 'لن تتم الزيارة يوم {when}، وأصبح الوقت متاحاً من جديد.',
    short: 'أُلغيت الزيارة يوم {shortWhen}.',
  },
  clinicianArrived: {
    title: 'وصل مريضك',
    body: 'وصل صاحب موعد يوم {when}.',
    short: 'وصل أحد المرضى.',
  },
  clinicianAsked: {
    title: 'مريض يسألك',
    body: 'كتب إليك أحد المرضى وينتظر ردك.',
    short: 'كتب إليك أحد المرضى.',
  },
  calledIn: {
    title: 'حان دورك',
    body: '{clinician} في انتظارك. ادخل الآن.',
    short: 'حان دورك. افتح Medley للدخول.',
  },
  messageReceived: {
    title: 'لديك رسالة',
    body: 'هناك جديد تقرؤه في محادثتك حول إحدى الزيارات.',
    short: 'لديك رسالة جديدة.',
  },
  visitSummary: {
    title: 'ملخص زيارتك جاهز',
    body: 'كتب {clinician} ما تحدثتما عنه وما سيأتي بعد ذلك.',
    short: 'ملخص زيارتك جاهز.',
  },
  prescribed: {
    title: 'لديك وصفة جاهزة',
    body: 'وقّع {clinician} وصفة لك. افتح Medley لاختيار صيدلية أو لإظهار الرمز عند الصرف.',
    short: 'تم توقيع وصفة لك.',
  },
  prescriptionSent: {
    title: 'وصفتك في الطريق',
    body: 'أُرسلت وصفتك إلى {pharmacy}. سنخبرك عندما تصبح جاهزة.',
    short: 'أُرسلت وصفتك إلى صيدلية.',
  },
  prescriptionReady: {
    title: 'جاهزة للاستلام',
    body: 'ما وُصف لك جاهز في {pharmacy}.',
    short: 'هناك ما ينتظرك في صيدليتك.',
  },
  prescriptionRefused: {
    title: 'يُرجى اختيار صيدلية أخرى',
    body: 'لم تتمكن صيدلية من قبول وصفتك. افتح Medley لاختيار أخرى؛ الوصفة ما زالت صالحة.',
    short: 'لم تتمكن صيدلية من قبول وصفتك.',
  },
  prescriptionEnded: {
    title: 'انتهت وصفة',
    body: 'أُلغيت إحدى وصفاتك أو انتهت صلاحيتها. إن كنت ما زلت بحاجة إليها فاسأل {clinician}.',
    short: 'انتهت إحدى وصفاتك.',
  },
  checkShared: {
    title: 'شارك مريض فحص أعراض',
    body: 'عرض عليك مريض فحص أعراض قبل زيارة. اقرأه قبل اللقاء.',
    short: 'شارك مريض شيئًا معك قبل زيارة.',
  },
  taskDelegated: {
    title: 'زميل يطلب منك',
    body: 'يطلب منك {clinician} إنجاز أمر قبل {until}. افتح صندوق الوارد لتقبله أو تعيده.',
    short: 'زميل يطلب منك إنجاز أمر.',
  },
  taskDeclined: {
    title: 'عادت إليك مهمة',
    body: 'أعاد إليك {clinician} مهمة. السبب في صندوق الوارد.',
    short: 'عادت إليك مهمة.',
  },
  clinicianQueried: {
    title: 'صيدلية تسألك',
    body: 'لدى {pharmacy} سؤال عن وصفة لك. لن يُصرف شيء حتى تجيب.',
    short: 'صيدلية تنتظر إجابتك.',
  },
  clinicianRefused: {
    title: 'أعادت صيدلية وصفة',
    body: 'لم تتمكن صيدلية من قبول وصفة لك. طُلب من المريض اختيار أخرى.',
    short: 'أُعيدت وصفة.',
  },
  pharmacyReceived: {
    title: 'وصلت وصفة',
    body: 'هناك وصفة في قائمة انتظار {pharmacy}.',
    short: 'وصلت وصفة.',
  },
  pharmacyAnswered: {
    title: 'أجاب الطبيب',
    body: 'أجاب {clinician} عن سؤال {pharmacy}.',
    short: 'أجاب أحد الأطباء.',
  },
  pharmacyRefill: {
    title: 'طُلبت إعادة صرف',
    body: 'يطلب أحد المرضى من {pharmacy} العبوة التالية.',
    short: 'طُلبت إعادة صرف.',
  },
  pharmacyCancelled: {
    title: 'أُلغيت وصفة',
    body: 'أُلغيت وصفة لدى {pharmacy}. لا تصرفوا عليها شيئاً بعد الآن.',
    short: 'أُلغيت وصفة.',
  },
  mail: {
    greeting: 'مرحباً {name}،',
    open: 'فتح في Medley',
    why: 'تصلك هذه الرسالة لأنك تستخدم Medley.',
    preferences: 'اختر ما يصلك',
  },
}
