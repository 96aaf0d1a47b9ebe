// Files of a visit: uploaded as bytes, known by their content, sealed under the patient's key.
import type { Call } from '#core/call'
import type { Client } from '#core/contract'
import type { Route } from '#core/service'
import { consultation, type VisitFile } from '../contract.ts'
import { blobKeyOf, contentTypeOf, fileBytesMax, isAcceptable } from '../rules/files.ts'
import { filesMax, mayWrite } from '../rules/visits.ts'
import type { FileRow } from '../store/chat.ts'
import { fileView } from './chat.ts'
import type { RoomDeps } from './rooms.ts'
import { faults, sealedAs, type Some } from './seen.ts'

export function fileHandlers({ kit, chat, sight }: RoomDeps): Some<'attach'> {
  const { database, blobs, keys, clock } = kit
  return {
    async attach({ visitId, fileId, name }, call): Promise<VisitFile> {
      const { row } = await sight.seated(visitId, call)
      const nowMs = clock.nowMs()
      if (!mayWrite(row.state, row.state_since.getTime(), nowMs)) throw faults.chatClosed()
      const key = blobKeyOf(visitId, fileId)
      const blob = await blobs.get(key)
      const bytes = blob && (await keys.openFor(row.sealed_for, blob.body, key))
      const contentType = bytes && contentTypeOf(bytes)
      if (!bytes || !contentType) throw faults.fileNotFound()
      const file: FileRow = {
        id: fileId,
        visit_id: visitId,
        patient_id: row.patient_id,
        author_id: call.caller.personId!,
        name_sealed: await keys.sealFor(row.sealed_for, name, sealedAs.file(fileId)),
        content_type: contentType,
        size_bytes: bytes.length,
        created_at: new Date(nowMs),
      }
      return database.save(call, async () => {
        if ((await chat.countFiles(visitId)) >= filesMax) throw faults.tooManyFiles({ filesMax })
        // Somebody else's upload under the same id is not ours to name.
        if ((await chat.addFile(file)).length === 0) throw faults.fileNotFound()
        return fileView(file, name)
      })
    },
  }
}

/**
 * Bytes are no JSON, so they have addresses of their own. The name comes afterwards with `attach`: it may tell whom the file is about, and
 * addresses are logged.
 */
export function fileRoutes({ kit, chat, sight }: RoomDeps, self: Client<typeof consultation>): Route[] {
  const { blobs, keys, database } = kit
  const path = '/visit-files/:visitId/:fileId'

  async function upload(request: Request, call: Call, visitId: string, fileId: string): Promise<Response> {
    await self.visit({ visitId }, call)
    const { row } = await sight.seated(visitId, call)
    if (Number(request.headers.get('content-length') ?? 0) > fileBytesMax) throw faults.fileRefused()
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (!isAcceptable(bytes)) throw faults.fileRefused()
    await assertRoom(visitId)
    const key = blobKeyOf(visitId, fileId)
    const sealed = await keys.sealFor(row.sealed_for, bytes, key)
    // Not replaced: what was looked at and sent under this id stays what it was.
    await blobs.put(key, sealed, { contentType: 'application/octet-stream', ifAbsent: true })
    return new Response(null, { status: 204 })
  }

  /** Uploads that are never sent take room as well. */
  async function assertRoom(visitId: string): Promise<void> {
    let count = 0
    for await (const _key of blobs.list(`visit-files/${visitId}/`))
      if (++count >= filesMax * 2) throw faults.tooManyFiles()
  }

  async function download(call: Call, visitId: string, fileId: string): Promise<Response> {
    await self.visit({ visitId }, call)
    const { row } = await sight.seated(visitId, call)
    const [file] = await database.read(call, () => chat.files(visitId, [fileId]))
    const key = blobKeyOf(visitId, fileId)
    const blob = file && (await blobs.get(key))
    const bytes = blob && (await keys.openFor(row.sealed_for, blob.body, key))
    if (!file || !bytes) throw faults.fileNotFound()
    const headers = {
      'content-type': file.content_type,
      'content-disposition': 'attachment',
      'cache-control': 'private, no-store',
    }
    return new Response(new Uint8Array(bytes), { headers })
  }

  return [
    {
      method: 'PUT',
      path,
      summary: 'Upload a file of a visit; name it with `attach` afterwards',
      allow: ['person'],
      takesLargeBodies: true,
      handle: (request, call, { visitId, fileId }) => upload(request, call, idIn(visitId), idIn(fileId)),
    },
    {
      method: 'GET',
      path,
      summary: 'A file of a visit',
      allow: ['person'],
      handle: (_request, call, { visitId, fileId }) => download(call, idIn(visitId), idIn(fileId)),
    },
  ]
}

function idIn(text: string | undefined): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text ?? '')) throw faults.fileNotFound()
  return text!
}
