// On the starter model and its own pairs: <g+, g-> against ||g+||^2 says which way a small step of DPO on a pair moves its chosen response.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parameterShapes, floats, ints, type Executor, type PairUnit } from '#ml'
import { openModel } from '../../../src/main/trainer/model-files.ts'
import { putWeights } from '../../../src/main/trainer/policy.ts'
import { tokenizedPairs } from '../../../src/main/trainer/run-pairs.ts'
import { collate, layoutOf } from '../../../src/ml/data/collate.ts'
import { chosenFalls } from '../../../src/ml/diagnostics/gradient-geometry.ts'
import { initialLora, loraShapes, type LoraSettings } from '../../../src/ml/models/lora.ts'
import { geometryPrograms, pairGeometries } from '../../../src/ml/recipes/geometry.ts'
import { dpoGradients } from '../../../src/ml/recipes/pair-program.ts'
import { gradientName, scoreUnits, type UnitProgram } from '../../../src/ml/recipes/programs.ts'
import { scoredPairs } from '../../../src/ml/recipes/scoring.ts'
import { tensorsAlive } from '../../ml/backend.ts'
import { goldenMethod } from '../../ml/recipes/runs.ts'
import { openWays, type Way } from '../../parity/executors.ts'

const resource = (name: string) => fileURLToPath(new URL(`../../../resources/${name}`, import.meta.url))
const ways = await openWays()
const model = await openModel(resource('starter'))
const { config } = model.checkpoint
const adapter: LoraSettings = { rank: 8, alpha: 16, targets: ['q_proj', 'v_proj', 'down_proj'], dropout: 0 }

const lines = readFileSync(resource('sample-pairs.jsonl'), 'utf8').trim().split('\n')
const read = lines.slice(0, 40).map((line, id) => ({ id, ...(JSON.parse(line) as object) }))
const { units } = await tokenizedPairs(model.tokenizer, read as never, config.context, async () => {})

/** Op by op a pair takes seconds: fewer of them, and the smaller gradient. */
type Case = Way & { what: string; pairs: readonly PairUnit[] }
const cases = ways.flatMap(({ way, open }): Case[] =>
  way === 'as graphs'
    ? [
        { way, open, what: 'all weights', pairs: units },
        { way, open, what: 'a fresh adapter', pairs: units },
      ]
    : [{ way, open, what: 'a fresh adapter', pairs: units.slice(0, 20) }],
)

test.each(cases)(
  '$what, $way',
  async ({ what, open, pairs: units }) => {
    const before = tensorsAlive()
    const executor = open()
    const doing = () => {}
    await putWeights(executor, model, { without: new Set(), stop: new AbortController().signal, doing })
    const lora = what === 'all weights' ? null : adapter
    const fresh = lora ? initialLora(config, lora, 1) : {}
    for (const [name, value] of Object.entries(fresh)) executor.put(name, value)
    const shapes = lora ? loraShapes(config, lora) : parameterShapes(config)
    const trained = Object.keys(shapes)
    const programs = {
      geometry: geometryPrograms(config, { lora, shapes }),
      gradients: dpoGradients(config, { lora, trained, method: goldenMethod }),
      score: scoreUnits(config, lora),
    }
    const found = []
    for await (const pair of pairGeometries(executor, programs.geometry, units)) found.push(pair)
    const start = await scoredPairs(executor, programs.score, units)
    let [right, falls] = [0, 0]
    for (const [i, { chosen, rejected, inner }] of found.entries()) {
      // At the reference the loss is -log sigma(0): its slope is beta / 2, and this step moves the margin by about a hundredth of a nat.
      const rate = 0.01 / (0.05 * (chosen + rejected - 2 * inner))
      const reference = { chosen: start.chosen[i]!, rejected: start.rejected[i]! }
      const restore = await stepped(executor, programs.gradients, units[i]!, { reference, trained, rate })
      const after = await scoredPairs(executor, programs.score, [units[i]!])
      restore()
      if (chosenFalls(found[i]!)) falls++
      if (after.chosen[0]! < start.chosen[i]! === chosenFalls(found[i]!)) right++
    }
    console.info(`${right} of ${found.length} signs foretold; ${falls} chosen fall`)
    expect(falls).toBeGreaterThan(0)
    expect(falls).toBeLessThan(found.length)
    expect(right / found.length).toBeGreaterThanOrEqual(0.95)
    executor.dispose()
    expect(tensorsAlive()).toBe(before)
  },
  180_000,
)

/** One step of plain gradient descent on the pair alone; returns what takes it back. */
async function stepped(
  executor: Executor,
  program: UnitProgram,
  { unit }: PairUnit,
  {
    reference,
    trained,
    rate,
  }: { reference: { chosen: number; rejected: number }; trained: readonly string[]; rate: number },
) {
  await executor.run(program, {
    ...collate([unit], layoutOf([[unit]], config, program.tile)),
    reference_chosen: floats([reference.chosen]),
    reference_rejected: floats([reference.rejected]),
    chosen_tokens: floats([unit.chosen.length]),
    rejected_tokens: floats([unit.rejected.length]),
    pair_weight: floats([1]),
    draws: floats([0]),
    kl: floats([0], []),
    dropout_seed: ints([0], []),
  })
  const old = await Promise.all(trained.map(async (name) => [name, await executor.read(name)] as const))
  for (const [name, { data, shape }] of old) {
    const gradient = (await executor.read(gradientName(name))).data
    executor.put(
      name,
      floats(
        Float32Array.from(data, (value, i) => value - rate * gradient[i]!),
        shape,
      ),
    )
  }
  executor.drop(trained.map(gradientName))
  return () => {
    for (const [name, value] of old) executor.put(name, value)
  }
}
