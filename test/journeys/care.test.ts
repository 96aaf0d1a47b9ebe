import { before } from 'node:test'
import { ensureWebBuilt } from '../browser/built.ts'
import { inBrowsers } from './browsers.ts'
import { careIn } from './care.ts'
import { everywhere } from './placements.ts'

// A server looks for the pages when it starts.
before(ensureWebBuilt)

everywhere('somebody ill is seen in real browsers, diagnosed and given their medicine', careIn(inBrowsers), 18)
