// `npm run bench -- NAME`: one benchmark with its figures in bench/results/NAME.json.
const benchmarks: Record<string, () => Promise<void>> = {
  booking: async () => (await import('./booking.ts')).run(),
  call: async () => (await import('./call.ts')).run(),
  diagnosis: async () => (await import('./diagnosis.ts')).run(),
  fhir: async () => (await import('./fhir.ts')).run(),
  realtime: async () => (await import('./realtime.ts')).run(),
  profile: async () => (await import('./profile.ts')).run(),
}

const name = process.argv[2] ?? ''
const run = benchmarks[name]
if (run) await run()
else {
  process.stderr.write(`There is no benchmark "${name}". There are: ${Object.keys(benchmarks).join(', ')}\n`)
  process.exitCode = 2
}
