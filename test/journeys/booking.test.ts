import { booking } from './booking.ts'
import { everywhere } from './placements.ts'

everywhere('a visit is booked', booking, 18)
