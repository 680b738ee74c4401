// npm run bench:trl -- [options]: Attune's training against TRL's and a lean PyTorch loop's, same machine, model and pairs.
//   --model starter|smollm2-135m-instruct|FOLDER  --pairs FILE  --steps N  --batch N  --tuning lora|full
//   --sides attune,trl-float32,...  --rounds N  --json FILE  --markdown (prints nothing but the report)
// Without --sides: all that this machine can run, bfloat16 only where torch's bfloat16 products are not slower than its float32.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { foreignCores, hasFastBfloat16, machineFacts } from './machine.ts'
import { pythonEnvironment } from './python-environment.ts'
import { reportLines, type Comparison } from './report.ts'
import { prepareInput } from './shared-input.ts'
import { referencePass, runSide, sideNamed, type SideName, type SideRun } from './side-process.ts'
import { stepFlops, summaries } from './summary.ts'

const samplePairs = join(import.meta.dirname, '..', 'resources', 'sample-pairs.jsonl')

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'starter' },
    pairs: { type: 'string', default: samplePairs },
    steps: { type: 'string', default: '10' },
    batch: { type: 'string', default: '4' },
    tuning: { type: 'string', default: 'lora' },
    sides: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})

const [steps, batch, rounds] = (['steps', 'batch', 'rounds'] as const).map((name) => wholeNumber(name, values[name]))
const tuning: 'lora' | 'full' = values.tuning === 'full' ? 'full' : 'lora'
if (tuning !== values.tuning) throw new Error(`--tuning is lora or full, not '${values.tuning}'.`)
const named = values.sides?.split(',').map(sideNamed)

const python = pythonEnvironment()
const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'))
process.on('SIGINT', () => process.exit(130))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const machine = await machineFacts(python)
const sides = named ?? usualSides(hasFastBfloat16(machine))
const wanted = { model: values.model, pairs: values.pairs, tuning, steps: steps!, batch: batch! }
const input = await prepareInput(folder, wanted)
for (const side of sides) {
  told(`${side}: reference pass`)
  await referencePass(side, folder, python)
}
const runs = new Map<SideName, SideRun[]>(sides.map((side) => [side, []]))
const busy: number[] = []
for (let round = 1; round <= rounds!; round++)
  for (const side of sides) {
    busy.push(await foreignCores())
    const run = await runSide(side, folder, python)
    runs.get(side)!.push(run)
    const each = run.steps.map(({ seconds, loss }) => `${seconds.toFixed(2)} s ${loss.toFixed(6)}`)
    told(`round ${round}, ${side}: ${each.join(', ')}`)
  }

const comparison: Comparison = {
  command: ['npm run bench:trl --', ...process.argv.slice(2)].join(' '),
  ...{ machine, ...wanted, pairs: basename(values.pairs), rounds: rounds!, leftOut: input.leftOut },
  foreignCores: Math.max(...busy),
  summaries: summaries(runs, {
    flops: stepFlops(input.opened.checkpoint.config, input.settings, input.steps),
    productRate: Math.max(machine.products.tensorflow, machine.products.torch),
  }),
  sides: Object.fromEntries(
    [...runs].map(([side, [first]]) => {
      const { versions, threads, device } = first!
      return [side, { versions, threads, device }]
    }),
  ),
}
console.log(reportLines(comparison).join('\n'))
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ ...comparison, runs: Object.fromEntries(runs) }, null, 2)}\n`)

/** TRL's default counts among bfloat16: it is what its configuration falls to. */
function usualSides(bfloat16: boolean): SideName[] {
  const own: SideName[] = ['attune-float32', 'trl-float32', 'lean-float32', 'lean-unpadded']
  return bfloat16 ? [...own, 'trl-default', 'trl-bfloat16', 'lean-bfloat16'] : own
}

function told(line: string): void {
  if (!values.markdown) console.error(line)
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1 on, not '${text}'.`)
  return value
}
