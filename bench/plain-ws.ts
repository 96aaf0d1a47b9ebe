// The least a server can do with rooms: `{join}`, then `{room, text}` to everybody else in it. What Medley's live door is measured against.
import { type WebSocket, WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1', perMessageDeflate: false })
const rooms = new Map<string, Set<WebSocket>>()

server.on('connection', socket => {
  socket.on('message', raw => {
    const message = JSON.parse(String(raw)) as { join?: string; room?: string; text?: string }
    if (message.join !== undefined) {
      const room = rooms.get(message.join) ?? new Set()
      rooms.set(message.join, room.add(socket))
      socket.send(JSON.stringify({ type: 'joined' }))
      return
    }
    const text = JSON.stringify({ ch: message.room, type: 'note', data: message.text })
    for (const each of rooms.get(message.room ?? '') ?? []) if (each !== socket) each.send(text)
  })
  socket.on('close', () => {
    for (const room of rooms.values()) room.delete(socket)
  })
})
