// npm run bench:alerts -- [--home DIR]: trains the grid that the alerts are calibrated on and says what each of its runs came to.
import { parseArgs } from 'node:util'
import { examined, placeExam, trained } from './alerts/outcome.ts'
import { grid } from './alerts/grid.ts'
import { appOn, temporaryHome } from './bench-home.ts'

const { values } = parseArgs({ options: { home: { type: 'string' } } })
const home = values.home ?? temporaryHome()
const app = await appOn(home)
await placeExam(app, home)
console.log(JSON.stringify({ start: await examined(app, null) }))
for (const run of grid) {
  const from = performance.now()
  try {
    const id = await trained(app, run)
    const share = await examined(app, id)
    console.log(JSON.stringify({ run: run.name, id, share, seconds: (performance.now() - from) / 1000 }))
  } catch (thrown) {
    console.log(JSON.stringify({ run: run.name, failed: String(thrown) }))
  }
}
await app.close()
process.exit(0)
