// One side of the comparison in a process of its own: Attune's DPO recipe, one JSON line a step and one at the end.
// node bench/attune-side.ts FOLDER --variant float32|bfloat16|kept --reference FILE [--pass-only]
// 'kept' is float32 with what the blocks made kept for the backward pass; the others make it again there.
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dpoSettings, pairMethod, trainDpo, type ReferenceText } from '#ml'
import { loadBackend } from '../src/main/trainer/engine/backend.ts'
import { openModel } from '../src/main/trainer/model-files.ts'
import { attuneExecutor } from './attune-executor.ts'
import { peakBytes } from './peak-memory.ts'
import type { AttuneInput } from './shared-input.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    variant: { type: 'string', default: 'float32' },
    reference: { type: 'string' },
    'pass-only': { type: 'boolean', default: false },
  },
})
const folder = positionals[0]
if (!folder || !values.reference) throw new Error('Give the folder of the shared input, and --reference FILE.')
const precision = values.variant === 'bfloat16' ? 'bfloat16' : 'float32'

const { units, settings, seed } = JSON.parse(readFileSync(join(folder, 'attune.json'), 'utf8')) as AttuneInput
const known: Record<string, number> = values['pass-only'] ? {} : JSON.parse(readFileSync(values.reference, 'utf8'))
const nameOf = (text: ReferenceText) => (text.kind === 'pair' ? `${text.pair}/${text.side}` : '')

const backend = await loadBackend()
const executor = attuneExecutor(backend, precision)
const { checkpoint } = await openModel(join(folder, 'model'))
for (const name of checkpoint.names)
  executor.put(name, { dtype: 'float32', shape: checkpoint.shape(name), data: await checkpoint.tensor(name) })

const recipe = trainDpo({
  ...{ executor, seed },
  method: pairMethod('dpo', settings),
  config: checkpoint.config,
  pairs: units,
  settings: { ...dpoSettings(settings), recompute: values.variant !== 'kept' },
  reference: (text) => known[nameOf(text)],
})
for (let last = performance.now(); ;) {
  const { value, done } = await recipe.next()
  if (done) break
  const now = performance.now()
  if (value.kind === 'referenced') for (const { text, logp } of value.entries) known[nameOf(text)] = logp
  if (value.kind === 'scored' && values['pass-only']) break
  if (value.kind === 'step') {
    const { step, pairs, tokens, readings } = value
    console.log(JSON.stringify({ step, seconds: (now - last) / 1000, loss: readings.loss, pairs, tokens }))
  }
  last = now
}
await recipe.return()

if (values['pass-only']) writeFileSync(values.reference, JSON.stringify(known))
else
  console.log(
    JSON.stringify({
      peakBytes: peakBytes(),
      versions: { tensorflow: backend.tensorflow, node: process.version, executor: executor.backend },
      threads: availableParallelism(),
      device: backend.device,
    }),
  )
executor.dispose()
