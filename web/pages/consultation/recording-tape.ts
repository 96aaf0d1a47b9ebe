// What is recorded: the pictures of all in the call side by side, and their voices in one, cut into parts of a few seconds.

export interface Tape {
  /** Everybody in the call, oneself included; called again when somebody comes or goes. */
  show(streams: readonly MediaStream[]): void
  /** What was recorded by then still comes out, as a part. */
  pause(): void
  resume(): void
  /** After the last part has come out. */
  stop(): Promise<void>
}

/** A browser that dies takes at most so much along. */
const partMs = 3_000
const size = { width: 960, height: 540 }
const framesPerSecond = 15
const rates = { videoBitsPerSecond: 800_000, audioBitsPerSecond: 64_000 }
const wanted = ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4']

const recordable = () =>
  typeof MediaRecorder === 'function' ? wanted.find(each => MediaRecorder.isTypeSupported(each)) : undefined

export const canRecord = (): boolean => recordable() !== undefined

export function startTape(onPart: (bytes: Blob, durationMs: number) => void): Tape {
  const sound = createSound()
  const pictures = createPictures()
  const stream = new MediaStream([...pictures.tracks, ...sound.tracks])
  const recorder = new MediaRecorder(stream, { mimeType: recordable() ?? '', ...rates })
  const watch = createWatch()
  recorder.addEventListener('dataavailable', ({ data }) => {
    if (data.size > 0) onPart(data, watch.lap())
  })
  recorder.start(partMs)
  return {
    show(streams) {
      sound.mix(streams)
      pictures.show(streams)
    },
    pause() {
      if (recorder.state !== 'recording') return
      recorder.requestData()
      recorder.pause()
      watch.pause()
    },
    resume() {
      if (recorder.state !== 'paused') return
      recorder.resume()
      watch.resume()
    },
    async stop() {
      const isStopped = new Promise(resolve => recorder.addEventListener('stop', resolve, { once: true }))
      if (recorder.state !== 'inactive') {
        recorder.stop()
        await isStopped
      }
      pictures.close()
      sound.close()
    },
  }
}

/** How long each part lasts; what was paused counts for nothing. */
function createWatch() {
  let ranMs = 0
  let sinceMs: number | undefined = performance.now()
  const tick = () => {
    const nowMs = performance.now()
    if (sinceMs !== undefined) ranMs += nowMs - sinceMs
    return nowMs
  }
  return {
    lap(): number {
      const nowMs = tick()
      if (sinceMs !== undefined) sinceMs = nowMs
      const lapMs = Math.round(ranMs)
      ranMs = 0
      return lapMs
    },
    pause() {
      tick()
      sinceMs = undefined
    },
    resume() {
      sinceMs = performance.now()
    },
  }
}

function createSound() {
  const context = new AudioContext()
  const all = context.createMediaStreamDestination()
  const sources = new Map<MediaStream, MediaStreamAudioSourceNode>()
  void context.resume()
  return {
    tracks: all.stream.getAudioTracks(),
    mix(streams: readonly MediaStream[]) {
      for (const [stream, source] of sources) {
        if (streams.includes(stream)) continue
        source.disconnect()
        sources.delete(stream)
      }
      for (const stream of streams) {
        if (sources.has(stream) || stream.getAudioTracks().length === 0) continue
        const source = context.createMediaStreamSource(stream)
        source.connect(all)
        sources.set(stream, source)
      }
    },
    close: () => void context.close(),
  }
}

function createPictures() {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, size)
  const paper = canvas.getContext('2d', { alpha: false })!
  const videos = new Map<MediaStream, HTMLVideoElement>()

  /** Two or more share the width; nobody is cut off at the top, where faces are. */
  function draw(): void {
    paper.fillStyle = '#101418'
    paper.fillRect(0, 0, size.width, size.height)
    const columns = videos.size > 1 ? 2 : 1
    const [width, height] = [size.width / columns, size.height / Math.ceil(videos.size / columns)]
    for (const [index, video] of [...videos.values()].entries()) {
      if (video.readyState < video.HAVE_CURRENT_DATA || video.videoWidth === 0) continue
      const scale = Math.min(width / video.videoWidth, height / video.videoHeight)
      const [shownWidth, shownHeight] = [video.videoWidth * scale, video.videoHeight * scale]
      const x = (index % columns) * width + (width - shownWidth) / 2
      const y = Math.floor(index / columns) * height + (height - shownHeight) / 2
      paper.drawImage(video, x, y, shownWidth, shownHeight)
    }
  }
  // Not by animation frames: those stand still while the page is behind another one.
  const drawing = setInterval(draw, 1_000 / framesPerSecond)

  function forget(stream: MediaStream): void {
    const video = videos.get(stream)
    if (video) video.srcObject = null
    videos.delete(stream)
  }

  const captured = canvas.captureStream(framesPerSecond)
  return {
    tracks: captured.getVideoTracks(),
    show(streams: readonly MediaStream[]) {
      for (const stream of videos.keys()) if (!streams.includes(stream)) forget(stream)
      for (const stream of streams) {
        if (videos.has(stream)) continue
        const video = document.createElement('video')
        Object.assign(video, { srcObject: stream, muted: true, playsInline: true })
        void video.play().catch(() => {}) // It goes when the person does.
        videos.set(stream, video)
      }
    },
    close() {
      clearInterval(drawing)
      for (const stream of videos.keys()) forget(stream)
      for (const track of captured.getTracks()) track.stop()
    },
  }
}
