// npm run bench -- [options]: what Attune takes for itself, measure by measure, each in a process of its own.
//   --model starter|smollm2-135m-instruct|FOLDER  --only decode,first-step,import,scroll,events
//   --json FILE  --markdown (prints nothing but the report)
// Against TRL and PyTorch: npm run bench:trl.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { trainerEnvironment } from '../src/main/app/trainer-environment.ts'
import { places } from './bench-home.ts'
import type { Measured } from './figures.ts'
import { headLine, measureLines, type HarnessReport, type MeasureReport } from './harness-report.ts'
import { foreignCores, plainFacts } from './machine.ts'
import { measureNamed, measures, type MeasureName } from './measures.ts'
import { outputOf } from './side-process.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'starter' },
    only: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})
const wanted = (values.only?.split(',') ?? Object.keys(measures)).map(measureNamed)
const report: HarnessReport = {
  command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
  ...{ attune: ownVersion(), machine: await plainFacts(), model: values.model, measures: [] },
}
console.log(headLine(report))
for (const measure of wanted) {
  if (!values.markdown) console.error(`\n${measures[measure].title} ...`)
  const one = await measured(measure)
  report.measures.push(one)
  console.log(['', ...measureLines(one, values.model)].join('\n'))
}
console.log(`\n\`${report.command}\``)
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
if (report.measures.some((one) => 'failed' in one)) process.exitCode = 1

/** Runs one measure in a process of its own. */
async function measured(measure: MeasureName): Promise<MeasureReport> {
  const before = await foreignCores()
  const outcome = await outcomeOf(measure)
  return { measure, foreignCores: Math.max(before, await foreignCores()), ...outcome }
}

/** One that fails does not take the others along. */
async function outcomeOf(measure: MeasureName): Promise<Measured | { failed: string }> {
  const args = [join(import.meta.dirname, 'measure-process.ts'), measure, values.model]
  try {
    const output = await outputOf(process.execPath, args, environmentOf(measure))
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured
  } catch (thrown) {
    return { failed: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** Decoding computes in the measure's own process, which is therefore started as a trainer is; the others start one. */
function environmentOf(measure: MeasureName): Record<string, string> {
  if (measure !== 'decode') return {}
  const entries = Object.entries(trainerEnvironment())
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function ownVersion(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain') === '' ? '' : ' with changes'
    return `${places.version} (${git('rev-parse', '--short', 'HEAD')}${changed})`
  } catch {
    return places.version
  }
}
