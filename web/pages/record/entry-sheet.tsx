import type { DocumentReference } from '@medplum/fhirtypes'
import type { ReactNode } from 'react'
import {
  conceptCode,
  conceptsText,
  conceptText,
  fhirDate,
  flagOf,
  notesText,
  periodText,
  rangeText,
  valueText,
} from '../../fhir/words.ts'
import { translateCode, useReader } from '../../i18n/locale.tsx'
import { clock } from '../../time.ts'
import { Drawer } from '../../ui/dialog.tsx'
import type { Entry, Known } from './entries.ts'
import { EntryState, FlagTag } from './entry-words.tsx'
import { RawFhir } from './raw-fhir.tsx'

/** One entry in plain words; what the server keeps is one disclosure away. */
export function EntrySheet({ entry, onClose }: { entry: Entry | undefined; onClose: () => void }) {
  const { t } = useReader()
  return (
    <Drawer title={entry?.title ?? t('record.entry')} isOpen={entry !== undefined} onClose={onClose}>
      {entry && <SheetBody entry={entry} />}
    </Drawer>
  )
}

function SheetBody({ entry }: { entry: Entry }) {
  const { t, locale, zone } = useReader()
  const { resource, when, who, where } = entry
  const place = { locale, zone }
  const rows: [string, ReactNode][] = [
    [
      t('record.date'),
      <bdi key="date">
        {[fhirDate(when, place) || '–', when.length > 10 && clock(when, place)].filter(Boolean).join(', ')}
      </bdi>,
    ],
    [t('record.who'), who || t('record.unknownSource')],
    ...(where ? [[t('record.where'), where] as [string, ReactNode]] : []),
    ...useDetails(resource),
  ]
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 text-sm text-ink-soft">
        {t(`kind.${entry.kind}`)}
        <EntryState resource={resource} />
      </p>
      <dl className="my-4 divide-y divide-line border-y border-line">
        {rows.map(([term, value]) => (
          <div key={term} className="grid grid-cols-[8rem_1fr] gap-2 py-2.5">
            <dt className="text-ink-faint">{term}</dt>
            <dd className="min-w-0 break-words whitespace-pre-line">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {entry.parts.length > 0 && <Values entry={entry} />}
      {resource.resourceType === 'DocumentReference' && <Attachments document={resource} />}
      <RawFhir resources={[resource, ...entry.parts.filter(each => each !== resource)]} />
    </>
  )
}

/** What a resource says beyond date and source. Left out is what nobody wrote. */
function useDetails(resource: Known): [string, ReactNode][] {
  const { t, locale, zone } = useReader()
  const place = { locale, zone }
  const rows: [string, string | undefined][] = []
  const certainty = 'verificationStatus' in resource ? conceptCode(resource.verificationStatus) : undefined
  const severity = resource.resourceType === 'AllergyIntolerance' ? resource.reaction?.[0]?.severity : undefined
  switch (resource.resourceType) {
    case 'Condition':
      rows.push(
        [t('record.since'), fhirDate(resource.onsetDateTime, place)],
        [t('record.until'), fhirDate(resource.abatementDateTime, place)],
        [t('record.certainty'), certainty && translateCode('certainty', certainty)],
      )
      break
    case 'AllergyIntolerance':
      rows.push(
        [t('record.reaction'), resource.reaction?.flatMap(each => conceptsText(each.manifestation) ?? []).join(', ')],
        [t('record.severity'), severity && translateCode('severity', severity)],
        [t('record.risk'), resource.criticality && translateCode('criticality', resource.criticality)],
      )
      break
    case 'MedicationRequest':
      rows.push(
        [t('record.dose'), resource.dosageInstruction?.flatMap(each => each.text ?? []).join('; ')],
        [t('record.because'), conceptsText(resource.reasonCode)],
        [t('record.period'), periodText(resource.dispenseRequest?.validityPeriod, place)],
      )
      break
    case 'Immunization':
      rows.push(
        [t('record.doseNumber'), resource.protocolApplied?.[0]?.doseNumberString],
        [t('record.batch'), resource.lotNumber],
      )
      break
    case 'Encounter':
      rows.push([t('record.form'), resource.class.display], [t('record.period'), periodText(resource.period, place)])
      break
    case 'DiagnosticReport':
      rows.push([t('record.issued'), fhirDate(resource.issued, place)], [t('record.conclusion'), resource.conclusion])
      break
    case 'DocumentReference':
      rows.push([t('record.type'), conceptText(resource.type)])
      break
    case 'Observation':
      rows.push([t('record.issued'), fhirDate(resource.issued, place)])
      break
    case 'Appointment':
    case 'Procedure':
      break
  }
  rows.push([t('record.note'), 'note' in resource ? notesText(resource.note) : undefined])
  rows.push([t('record.entered'), resource.meta?.lastUpdated && fhirDate(resource.meta.lastUpdated, place)])
  return rows.flatMap(([term, value]) => (value ? [[term, value] as [string, ReactNode]] : []))
}

function Values({ entry }: { entry: Entry }) {
  const { t, locale } = useReader()
  return (
    <table className="mb-4 w-full text-start">
      <caption className="sr-only">{entry.title}</caption>
      <thead>
        <tr className="border-b border-line text-xs text-ink-faint">
          <th scope="col" className="py-2 text-start font-[600]">
            {t('results.measured')}
          </th>
          <th scope="col" className="py-2 text-end font-[600]">
            {t('results.value')}
          </th>
        </tr>
      </thead>
      <tbody>
        {entry.parts.map(each => (
          <tr key={each.id} className="border-b border-line last:border-b-0">
            <th scope="row" className="py-2.5 pe-3 text-start font-[520]">
              <span dir="auto">{conceptText(each.code)}</span>
              <bdi className="block text-sm font-normal text-ink-faint">
                {rangeText(each, locale) && t('results.usual', { range: rangeText(each, locale) })}
              </bdi>
            </th>
            <td className="py-2.5 text-end">
              <bdi className="font-[600] tabular">{valueText(each, locale)}</bdi>
              <span className="block">
                <FlagTag flag={flagOf(each)} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Text is read here; anything else is offered as a file. */
function Attachments({ document }: { document: DocumentReference }) {
  const { t } = useReader()
  return document.content.map(({ attachment }, index) => {
    const { contentType = '', data, title } = attachment
    if (!data) return null
    if (contentType.startsWith('text/plain'))
      return (
        <div key={index} dir="auto" className="mb-4 rounded-lg bg-sunken p-4 whitespace-pre-line">
          {new TextDecoder().decode(Uint8Array.from(atob(data), each => each.charCodeAt(0)))}
        </div>
      )
    return (
      <p key={index} className="mb-4">
        <a
          className="font-[560] text-accent-ink underline underline-offset-4"
          href={`data:${contentType};base64,${data}`}
          download={title ?? 'document'}
        >
          {title ?? t('record.download')}
        </a>
      </p>
    )
  })
}
