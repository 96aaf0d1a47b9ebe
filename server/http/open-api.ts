// The OpenAPI 3.1 description of every contract, and a page to read it in a browser without any script.
import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import type { FastifyInstance } from 'fastify'
import type { Contract } from '#core/contract'
import { toRouter } from '#core/router'

export type OpenApi = Awaited<ReturnType<typeof describeApi>>

/** Internal operations are left out: no token a client can get opens them. */
export async function describeApi(contracts: readonly Contract[], version: string, url: string) {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const router = Object.fromEntries(contracts.map(contract => [contract.name, toRouter(publicPart(contract))]))
  return generator.generate(router as never, {
    info: { title: 'Medley', version, description: 'Errors are RFC 9457 problems. Writes take an Idempotency-Key.' },
    servers: [{ url }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
    security: [{ bearer: [] }, { apiKey: [] }],
    customErrorResponseBodySchema: () => problemSchema,
  })
}

const problemSchema = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    details: { type: 'object' },
  },
  required: ['type', 'title', 'status', 'code', 'detail'],
} as const

function publicPart(contract: Contract): Contract {
  const open = Object.entries(contract.operations).filter(([, operation]) =>
    operation.allow.some(each => each !== 'service'),
  )
  return { ...contract, operations: Object.fromEntries(open) }
}

export function serveOpenApi(app: FastifyInstance, contracts: readonly Contract[], version: string, url: string): void {
  let described: Promise<OpenApi> | undefined
  app.get('/api/openapi.json', async () => (described ??= describeApi(contracts, version, `${url}/api`)))
  app.get('/api/docs', async (_request, reply) => reply.type('text/html').send(page(contracts)))
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

function page(contracts: readonly Contract[]): string {
  const sections = contracts.map(publicPart).map(contract => {
    const rows = Object.entries(contract.operations).map(
      ([key, { method, path, summary, allow, faults }]) =>
        `<tr id="${contract.name}.${key}"><th scope="row"><code>${method}</code></th><td><code>/api/${contract.name}${escape(path === '/' ? '' : path)}</code></td>` +
        `<td>${escape(summary)}<br><small>${contract.name}.${key} · for ${allow.join(', ')}${faults ? ` · may answer ${faults.join(', ')}` : ''}</small></td></tr>`,
    )
    return `<h2 id="${contract.name}">${contract.name}</h2><table><tbody>${rows.join('')}</tbody></table>`
  })
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Medley API</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#17232b}table{width:100%;border-collapse:collapse}td,th{text-align:start;vertical-align:top;padding:.5rem;border-top:1px solid #c9d3d8}code{font-size:.9em}small{color:#46555e}a{color:#0b5c6b}</style></head>
<body><main><h1>Medley API</h1><p>The machine-readable description is <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Services">${contracts.map(each => `<a href="#${each.name}">${each.name}</a>`).join(' · ')}</nav>${sections.join('')}</main></body></html>`
}
