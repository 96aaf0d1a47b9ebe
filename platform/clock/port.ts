// The clock port: the only way services learn what time it is, so that tests and the simulation can move it.

export interface Clock {
  /**
   * Epoch milliseconds, a whole number. Not promised: that it never steps back (a machine's clock is corrected now and
   * then), or that two processes agree to the millisecond. Durations of work belong to `performance.now()`.
   */
  nowMs(): number
}
