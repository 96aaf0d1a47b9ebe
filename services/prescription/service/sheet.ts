// A prescription on paper: one page, with the token as a QR code (ISO/IEC 18004) that a pharmacy scans.
import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from 'pdf-lib'
import { encode } from 'uqr'
import { doseInWords } from '#core/dose'
import type { Prescription } from '#core/prescription'

/** A4 in points. */
const page = { width: 595, height: 842, margin: 56 }
const ink = rgb(0.1, 0.12, 0.16)
const faint = rgb(0.4, 0.43, 0.48)
const qrSize = 190

export async function draw(prescription: Prescription, token: string | undefined): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  const fonts = {
    plain: await document.embedFont(StandardFonts.Helvetica),
    bold: await document.embedFont(StandardFonts.HelveticaBold),
  }
  const sheet = document.addPage([page.width, page.height])
  const write = writer(sheet, fonts)
  const { order } = prescription
  write('Prescription', { size: 22, isBold: true, gap: 26 })
  write(`No. ${prescription.id}`, { size: 9, color: faint, gap: 18 })
  label(write, 'Patient', [prescription.patientName, prescription.birthDate ? `born ${prescription.birthDate}` : ''])
  const isWhole = isPrintable(`${prescription.patientName} ${order.directions}`, fonts.plain)
  if (!isWhole) write(incomplete, { size: 9, color: faint, gap: 20 })
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
    write(prescription.state.toUpperCase(), { size: 28, isBold: true, color: rgb(0.7, 0.1, 0.1), gap: 30 })
  else if (token) {
    drawCode(sheet, token, page.margin, page.margin + 40)
    const note = 'Signed electronically (JWS, ES256). It is redeemed once, at one pharmacy. A copy is of no use.'
    sheet.drawText(note, { x: page.margin, y: page.margin, size: 9, font: fonts.plain, color: faint })
  }
  document.setTitle('Prescription')
  document.setProducer('Medley')
  return document.save()
}

const incomplete =
  'Letters that this font lacks show as “?”. The code below holds the name as it is, and the screen all of it.'
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const day = (instant: string | undefined) => instant?.slice(0, 10) ?? ''

type Style = { size?: number; isBold?: boolean; color?: ReturnType<typeof rgb>; gap?: number }
type Write = (text: string, style?: Style) => void

function label(write: Write, name: string, lines: readonly string[]): void {
  write(name, { size: 9, color: faint, gap: 16 })
  for (const [index, line] of lines.filter(Boolean).entries()) write(line, { size: 12, isBold: index === 0, gap: 17 })
  write('', { gap: 10 })
}

function writer(sheet: PDFPage, fonts: { plain: PDFFont; bold: PDFFont }): Write {
  let y = page.height - page.margin - 20
  return (text, { size = 12, isBold = false, color = ink, gap = 16 } = {}) => {
    const font = isBold ? fonts.bold : fonts.plain
    for (const line of wrapped(printable(text, font), font, size)) {
      sheet.drawText(line, { x: page.margin, y, size, font, color })
      y -= gap
    }
  }
}

/** The fonts that every reader has know Latin letters only; what they lack is shown as missing instead of failing the sheet. */
function printable(text: string, font: PDFFont): string {
  const known = new Set(font.getCharacterSet())
  return [...text.replaceAll(/\s+/g, ' ')].map(each => (known.has(each.codePointAt(0)!) ? each : '?')).join('')
}

const isPrintable = (text: string, font: PDFFont): boolean => !printable(text.replaceAll('?', ''), font).includes('?')

function wrapped(text: string, font: PDFFont, size: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart()
    if (font.widthOfTextAtSize(longer, size) <= page.width - 2 * page.margin) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

function drawCode(sheet: PDFPage, text: string, x: number, y: number): void {
  const { data, size } = encode(text, { ecc: 'M', border: 0 })
  const unit = qrSize / size
  for (const [row, cells] of data.entries())
    for (const [column, isDark] of cells.entries())
      if (isDark)
        sheet.drawRectangle({
          x: x + column * unit,
          y: y + qrSize - (row + 1) * unit,
          width: unit,
          height: unit,
          color: ink,
        })
}
