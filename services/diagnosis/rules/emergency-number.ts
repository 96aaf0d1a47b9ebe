// The number to call in an emergency, by where somebody is.

const numbers: Readonly<Record<string, string>> = {
  US: '911',
  CA: '911',
  MX: '911',
  BR: '192',
  SG: '995',
  AU: '000',
  NZ: '111',
  JP: '119',
  IN: '112',
  KR: '119',
  HK: '999',
  MY: '999',
  GB: '999',
  CH: '144',
  AE: '998',
  EG: '123',
}

/** 112 works throughout the European Union (Directive (EU) 2018/1972, article 109), and is passed on by most mobile networks elsewhere. */
export const emergencyNumber = (jurisdiction: string | undefined): string =>
  numbers[jurisdiction?.slice(0, 2) ?? ''] ?? '112'
