import { useEffect, useRef, useState } from 'react'
import { api } from '../../api.ts'
import { useReader, type MessageId } from '../../i18n/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Icon } from '../../ui/icon.tsx'
import { closeDevices, type Devices, type NetworkResult, openDevices, testNetwork } from './devices.ts'
import { Picture } from './picture.tsx'

type Verdict = 'good' | 'bad' | 'testing'

/** Camera, microphone and network, tried before it matters. Nothing is sent to anybody. */
export function DeviceCheck() {
  const { t } = useReader()
  const [devices, setDevices] = useState<Devices>()
  const [network, setNetwork] = useState<NetworkResult>()
  const [isTesting, setTesting] = useState(false)
  const open = useRef<Devices>(undefined)
  useEffect(
    () => () => {
      if (open.current) closeDevices(open.current)
    },
    [],
  )

  async function test(): Promise<void> {
    setTesting(true)
    setNetwork(undefined)
    if (open.current) closeDevices(open.current)
    open.current = await openDevices()
    setDevices(open.current)
    try {
      const { iceServers, isRelayOnly } = await api.consultation.iceServers({}, {})
      setNetwork(await testNetwork(iceServers as RTCIceServer[], isRelayOnly))
    } catch {
      setNetwork('blocked')
    }
    setTesting(false)
  }

  return (
    <Card title={t('consult.check')} description={t('consult.checkLead')}>
      {devices && (
        <div className="mb-4 grid gap-4 sm:grid-cols-[12rem_1fr]">
          <div className="relative aspect-4/3 overflow-hidden rounded-lg bg-brand">
            <Picture stream={devices.stream} label={t('consult.you')} isOwn isOff={!devices.hasCamera} />
          </div>
          <ul className="grid content-center gap-2">
            <Line what="consult.camera" verdict={devices.hasCamera ? 'good' : 'bad'} help="consult.cameraHelp" />
            <Line
              what="consult.microphone"
              verdict={devices.hasMicrophone ? 'good' : 'bad'}
              help="consult.microphoneHelp"
            />
            {devices.hasMicrophone && <Level stream={devices.stream} />}
            <Line
              what="consult.network"
              verdict={network === undefined ? 'testing' : network === 'blocked' ? 'bad' : 'good'}
              help={network === 'blocked' ? 'consult.networkBlocked' : 'consult.networkSlow'}
              isHelpShown={network === 'slow'}
            />
          </ul>
        </div>
      )}
      <Button tone="soft" icon={devices ? 'refresh' : 'play'} isPending={isTesting} onPress={() => void test()}>
        {t(devices ? 'consult.checkAgain' : 'consult.checkStart')}
      </Button>
    </Card>
  )
}

interface LineProps {
  what: MessageId
  verdict: Verdict
  help: MessageId
  isHelpShown?: boolean
}

function Line({ what, verdict, help, isHelpShown = false }: LineProps) {
  const { t } = useReader()
  const look = {
    good: { icon: 'check', tone: 'text-good', word: 'consult.works' },
    bad: { icon: 'warning', tone: 'text-bad', word: 'consult.fails' },
    testing: { icon: 'clock', tone: 'text-ink-faint', word: 'consult.testing' },
  } as const
  const { icon, tone, word } = look[verdict]
  return (
    <li className="flex items-start gap-2.5">
      <Icon name={icon} size={20} className={tone} />
      <span role="status" className="min-w-0">
        <span className="font-[560]">{t(what)}</span>: {t(word)}
        {(verdict === 'bad' || isHelpShown) && <span className="block text-sm text-ink-soft">{t(help)}</span>}
      </span>
    </li>
  )
}

/** How loud it is now, so that one sees that the right microphone listens. */
function Level({ stream }: { stream: MediaStream }) {
  const { t } = useReader()
  const bar = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 256
    context.createMediaStreamSource(stream).connect(analyser)
    const samples = new Uint8Array(analyser.frequencyBinCount)
    const timer = setInterval(() => {
      analyser.getByteTimeDomainData(samples)
      const peak = Math.max(...samples.map(each => Math.abs(each - 128))) / 128
      if (bar.current) bar.current.style.inlineSize = `${Math.round(Math.min(1, peak * 1.6) * 100)}%`
    }, 100)
    return () => {
      clearInterval(timer)
      void context.close()
    }
  }, [stream])
  return (
    <li className="ps-7.5">
      <span className="sr-only">{t('consult.level')}</span>
      <span aria-hidden="true" className="block h-2 w-full max-w-48 overflow-hidden rounded-full bg-sunken">
        <span ref={bar} className="swatch block h-full rounded-full bg-accent" />
      </span>
    </li>
  )
}
