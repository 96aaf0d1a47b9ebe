// A prescription on paper: one page, with the token as a QR code (ISO/IEC 18004) that a pharmacy scans.
import PDFDocument from 'pdfkit'
import { encode } from 'uqr'
import { doseInWords } from '#core/dose'
import type { Prescription } from '#core/prescription'
import { type Face, faceFile, printable, runsOf, type Weight } from './letters.ts'

/** A4 in points. */
const page = { width: 595, height: 842, margin: 56 }
const ink = '#1a1f29'
const faint = '#666e7a'
const stamp = '#b31a1a'
const qrSize = 190

type Sheet = InstanceType<typeof PDFDocument>

export async function draw(prescription: Prescription, token: string | undefined): Promise<Buffer> {
  const sheet = new PDFDocument({ size: 'A4', margin: 0, info: { Title: 'Prescription', Producer: 'Medley' } })
  const write = writer(sheet)
  const { order } = prescription
  write('Prescription', { size: 22, isBold: true, gap: 26 })
  write(`No. ${prescription.id}`, { size: 9, color: faint, gap: 28 })
  label(write, 'Patient', [prescription.patientName, prescription.birthDate ? `born ${prescription.birthDate}` : ''])
  if (!isWhole(`${prescription.patientName} ${order.directions}`)) write(incomplete, { size: 9, color: faint, gap: 20 })
  label(write, 'Medicine', [
    `${capital(prescription.medicineName)} ${order.strength}, ${order.form}`,
    `${capital(doseInWords(order))}, for ${order.days} ${order.days === 1 ? 'day' : 'days'}`,
    order.directions,
    `Quantity ${order.quantity}, refills ${order.refills}. ${order.isSubstitutable ? 'May be substituted.' : 'Do not substitute.'}`,
    prescription.schedule ? `Controlled substance, schedule ${prescription.schedule}` : '',
  ])
  label(write, 'Prescriber', [prescription.clinicianName, `Licensed in ${prescription.jurisdiction}`])
  label(write, 'Valid', [`Signed ${day(prescription.signedAt)}, valid until ${day(prescription.validUntil)}`])
  if (prescription.state === 'cancelled' || prescription.state === 'expired')
    write(prescription.state.toUpperCase(), { size: 28, isBold: true, color: stamp, gap: 30 })
  else if (token) {
    drawCode(sheet, token, page.margin, page.height - page.margin - 40 - qrSize)
    writer(sheet, page.height - page.margin)(signedNote, { size: 9, color: faint })
  }
  return bytesOf(sheet)
}

async function bytesOf(sheet: Sheet): Promise<Buffer> {
  sheet.end()
  const parts: Uint8Array[] = []
  for await (const part of sheet) parts.push(part as Uint8Array)
  return Buffer.concat(parts)
}

const signedNote = 'Signed electronically (JWS, ES256). It is redeemed once, at one pharmacy. A copy is of no use.'
const incomplete =
  'Letters that this paper lacks show as “?”. The code below holds the name as it is, and the screen all of it.'
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const day = (instant: string | undefined) => instant?.slice(0, 10) ?? ''
const isWhole = (text: string): boolean => !printable(text.replaceAll('?', '')).includes('?')

type Style = { size?: number; isBold?: boolean; color?: string; gap?: number }
type Write = (text: string, style?: Style) => void

function label(write: Write, name: string, lines: readonly string[]): void {
  write(name, { size: 9, color: faint, gap: 16 })
  for (const [index, line] of lines.filter(Boolean).entries()) write(line, { size: 12, isBold: index === 0, gap: 17 })
  write('', { gap: 10 })
}

/** Writes line after line from a height down. */
function writer(sheet: Sheet, from = page.margin + 20): Write {
  let y = from
  /** Faces are embedded when they are first needed, and only with the letters that are used. */
  const choose = (face: Face, weight: Weight, size: number) => {
    const name = `${face} ${weight}`
    if (!known.has(name)) sheet.registerFont(name, faceFile(face, weight))
    known.add(name)
    sheet.font(name).fontSize(size)
  }
  const known = new Set<string>()
  return (text, { size = 12, isBold = false, color = ink, gap = 16 } = {}) => {
    const weight = isBold ? 700 : 400
    const widthOf = (line: string) =>
      runsOf(line).reduce((sum, run) => {
        choose(run.face, weight, size)
        return sum + sheet.widthOfString(run.text, whole)
      }, 0)
    for (const line of wrapped(printable(text), widthOf)) {
      let x = page.margin
      for (const run of runsOf(line)) {
        choose(run.face, weight, size)
        sheet.fillColor(color).text(run.text, x, y, { ...whole, lineBreak: false, baseline: 'alphabetic' })
        x += sheet.widthOfString(run.text, whole)
      }
      y += gap
    }
  }
}

/** With features said, a run is shaped as a whole and not word by word: words of Arabic stand in their order then. */
const whole = { features: [] }

function wrapped(text: string, widthOf: (line: string) => number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart()
    if (widthOf(longer) <= page.width - 2 * page.margin) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

function drawCode(sheet: Sheet, text: string, x: number, y: number): void {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const unit = qrSize / size
  for (const [row, cells] of data.entries())
    for (const [column, isDark] of cells.entries())
      if (isDark) sheet.rect(x + column * unit, y + row * unit, unit, unit)
  sheet.fill(ink)
}
