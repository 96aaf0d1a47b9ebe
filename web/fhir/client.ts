// The clinical record in FHIR's own form (/fhir/R4): the same access token as the rest, OperationOutcome for refusals.
import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes'
import { Fault, faultStatus, houseFault, type FaultKind } from '#core/fault'
import { accessToken, renewToken } from '../session.ts'

const fhirPath = '/fhir/R4'

export interface FhirRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the base, such as `Patient/1`, or a link of a bundle in full. */
  address: string
  body?: Resource
  /** Form-encoded search parameters of a POST search. */
  form?: string
  /** Why one looks (HL7 v3 PurposeOfUse); what is usual for the role unless said. */
  purpose?: string | undefined
  ifMatch?: string
}

export interface FhirAnswer {
  status: number
  resource: Resource | undefined
  tookMs: number
}

/** Links of bundles name the server in full, as it is known outside; the page asks where it came from itself. */
export function pathOf(address: string): string {
  const at = address.indexOf(`${fhirPath}/`)
  const below = at >= 0 ? address.slice(at + fhirPath.length) : `/${address.replace(/^\/+/, '')}`
  return `${fhirPath}${below}`
}

/** Whatever the server answered; only silence throws. */
export async function sendFhir({
  method = 'GET',
  address,
  body,
  form,
  purpose,
  ifMatch,
}: FhirRequest): Promise<FhirAnswer> {
  const send = (token: string | undefined) =>
    fetch(pathOf(address), {
      method,
      headers: {
        accept: 'application/fhir+json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body ? { 'content-type': 'application/fhir+json' } : {}),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(purpose ? { 'x-purpose-of-use': purpose } : {}),
        ...(ifMatch ? { 'if-match': ifMatch } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(form === undefined ? {} : { body: form }),
    }).catch((cause: unknown) => {
      throw houseFault('service.unavailable', {}, cause)
    })
  const token = await accessToken()
  const startMs = performance.now()
  let response = await send(token)
  // A token may end while a request travels: renew once, then believe the answer.
  if (response.status === 401 && token) response = await send(await renewToken())
  const text = await response.text()
  const tookMs = performance.now() - startMs
  return { status: response.status, resource: text === '' ? undefined : parsed(text), tookMs }
}

function parsed(text: string): Resource {
  try {
    return JSON.parse(text) as Resource
  } catch (cause) {
    throw houseFault('service.unavailable', {}, cause)
  }
}

/** The resource, or a Fault that carries the issues of the refusal. */
export async function askFhir<Wanted extends Resource>(request: FhirRequest): Promise<Wanted> {
  const { status, resource } = await sendFhir(request)
  if (status >= 200 && status < 300) return resource as Wanted
  throw faultOf(status, resource)
}

const refusals: Partial<Record<FaultKind, string>> = {
  forbidden: 'record.forbidden',
  not_found: 'record.notFound',
  gone: 'record.deleted',
  precondition: 'record.preconditionFailed',
  conflict: 'record.conflict',
  too_many: 'record.throttled',
  unprocessable: 'record.unprocessable',
  unauthenticated: 'record.loginRequired',
}

/** Issues as a form reads them: FHIRPath of the place, and the sentence. */
function faultOf(status: number, resource: Resource | undefined): Fault {
  const kind = (Object.keys(faultStatus) as FaultKind[]).find(each => faultStatus[each] === status)
  const found = (resource as OperationOutcome | undefined)?.issue ?? []
  if (!kind || kind === 'unavailable') return houseFault('service.unavailable')
  const issues = found.map(({ expression, details, diagnostics }) => ({
    path: expression?.[0] ?? '',
    message: details?.text ?? diagnostics ?? '',
  }))
  const message = issues[0]?.message ?? 'The request was refused.'
  return new Fault(refusals[kind] ?? 'record.invalid', { kind, message }, { issues })
}

export const nextOf = (bundle: Bundle): string | undefined => bundle.link?.find(each => each.relation === 'next')?.url

/** The matches of a page, without what was included and without warnings. */
export const matchesOf = <Wanted extends Resource>(bundle: Bundle): Wanted[] =>
  (bundle.entry ?? []).flatMap(({ resource, search }) =>
    resource && (search?.mode === undefined || search.mode === 'match') ? [resource as Wanted] : [],
  )

/** Every page of a search or an operation, for exports and prints; `onPage` says how much there is so far. */
export async function allPages(address: string, onPage?: (count: number) => void): Promise<Resource[]> {
  const found: Resource[] = []
  for (let next: string | undefined = address; next !== undefined;) {
    const bundle: Bundle = await askFhir<Bundle>({ address: next })
    found.push(...(bundle.entry ?? []).flatMap(each => each.resource ?? []))
    onPage?.(found.length)
    next = nextOf(bundle)
  }
  return found
}
