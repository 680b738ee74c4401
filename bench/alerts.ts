// npm run bench:alerts -- [--home DIR] [--runs N] [--trained]: how often the rules of alerts are right. Trains the grid (the first N of it;
// --trained: nothing, and reports of what the home has), has each run answer problems that nothing was trained on, and prints for each
// rule in how many ill runs it was raised and in how many others.
import { parseArgs } from 'node:util'
import { examined, placeExam, trained, trainedBefore } from './alerts/outcome.ts'
import { grid } from './alerts/grid.ts'
import { judged, type JudgedRun } from './alerts/judged.ts'
import { reportLines } from './alerts/report.ts'
import { appOn, temporaryHome } from './bench-home.ts'

const { values } = parseArgs({
  options: { home: { type: 'string' }, runs: { type: 'string' }, trained: { type: 'boolean', default: false } },
})
const home = values.home ?? temporaryHome()
const app = await appOn(home)
await placeExam(app, home)
const start = await examined(app, null)
const runs: JudgedRun[] = []
for (const run of grid.slice(0, Number(values.runs ?? grid.length))) {
  const id = values.trained ? await trainedBefore(app, run) : await trained(app, run)
  if (id === null) continue
  const one = await judged(app, run, { id, share: await examined(app, id), start })
  runs.push(one)
  console.error(`${run.name}: ${one.share.passed} of ${one.share.of} right`)
}
console.log(reportLines(runs, start).join('\n'))
await app.close()
process.exit(0)
