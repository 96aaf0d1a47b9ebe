import { install } from '/work/main/bench/installation.ts'
import { captureBooking } from '/work/main/bench/statements.ts'
import { scriptOf, runPgbench } from '/work/main/bench/pgbench.ts'
console.time('install')
const i = await install()
console.timeEnd('install')
const b = await captureBooking(i, 0)
console.timeEnd('install')
console.log(JSON.stringify(b,null,1))
const s = scriptOf(b)
console.log(s)
await (await import('/work/main/bench/installation.ts')).inDatabase(i.postgres.url(), c => c.query('create database copy template booking'))
for (const done of [0,100]) console.log(await runPgbench({port:i.postgres.port,database:'copy',script:s,clinicianIds:i.bookable.slice(0,10).map(x=>x.clinicianId),clients:16,transactions:100,done: done+10}))
await i.postgres.stop(); process.exit(0)
