// Camera and microphone: what there is, what may be used, and what to fall back to.

export interface Devices {
  stream: MediaStream
  hasCamera: boolean
  hasMicrophone: boolean
}

const video: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } }
const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true }

/** Both if it can be, else sound, else a picture, else nothing: then there is still the chat. Never throws. */
export async function openDevices(): Promise<Devices> {
  for (const wish of [{ audio, video }, { audio }, { video }]) {
    try {
      return devicesOf(await navigator.mediaDevices.getUserMedia(wish))
    } catch {
      // Not there, taken by another program, or not allowed: the next wish asks for less.
    }
  }
  return devicesOf(new MediaStream())
}

const devicesOf = (stream: MediaStream): Devices => ({
  stream,
  hasCamera: stream.getVideoTracks().length > 0,
  hasMicrophone: stream.getAudioTracks().length > 0,
})

export function closeDevices({ stream }: Devices): void {
  for (const track of stream.getTracks()) track.stop()
}

export type NetworkResult = 'good' | 'slow' | 'blocked'

const testMs = 8_000
const slowMs = 300

/** A call with oneself, through the relay where there is one: what a call needs is what is tested. */
export async function testNetwork(iceServers: RTCIceServer[], isRelayOnly: boolean): Promise<NetworkResult> {
  const configuration: RTCConfiguration = { iceServers, iceTransportPolicy: isRelayOnly ? 'relay' : 'all' }
  const [one, other] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)]
  try {
    one.addEventListener('icecandidate', ({ candidate }) => void (candidate && other.addIceCandidate(candidate)))
    other.addEventListener('icecandidate', ({ candidate }) => void (candidate && one.addIceCandidate(candidate)))
    const channel = one.createDataChannel('test')
    const tookMs = new Promise<number>(resolve => {
      channel.addEventListener('open', () => channel.send(String(performance.now())))
      channel.addEventListener('message', ({ data }) => resolve(performance.now() - Number(data)))
      other.addEventListener('datachannel', ({ channel: back }) =>
        back.addEventListener('message', ({ data }) => back.send(data as string)),
      )
    })
    await one.setLocalDescription()
    await other.setRemoteDescription(one.localDescription!)
    await other.setLocalDescription()
    await one.setRemoteDescription(other.localDescription!)
    const late = new Promise<undefined>(resolve => setTimeout(() => resolve(undefined), testMs))
    const echoMs = await Promise.race([tookMs, late])
    if (echoMs === undefined) return 'blocked'
    const startMs = performance.now()
    await fetch('/healthz', { cache: 'no-store' })
    return echoMs > slowMs || performance.now() - startMs > slowMs * 2 ? 'slow' : 'good'
  } catch {
    return 'blocked'
  } finally {
    one.close()
    other.close()
  }
}
