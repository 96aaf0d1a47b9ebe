import { care } from './care.ts'
import { everywhere } from './placements.ts'

everywhere('somebody ill is seen, diagnosed and given their medicine', care, 18)
