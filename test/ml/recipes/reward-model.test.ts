// A reward model through the recipe: where rewards are read, their gradient, and a run that learns and resumes.
import { expect, test } from 'vitest'
import { parseSettings } from '../../../src/contract/parse-settings.ts'
import { readings as contractReadings } from '../../../src/contract/readings.ts'
import { rewardModelReadings } from '../../../src/contract/reward-readings.ts'
import { graphExecutor } from '../../../src/main/trainer/engine/graph/graph-executor.ts'
import { collate } from '../../../src/ml/data/collate.ts'
import { oneSidedUnit } from '../../../src/ml/data/units.ts'
import { initialLora } from '../../../src/ml/models/lora.ts'
import { headShapes } from '../../../src/ml/models/scalar-head.ts'
import { floats, type HostArrays } from '../../../src/ml/program.ts'
import { methodOf } from '../../../src/ml/recipes/pair-methods.ts'
import type { RewardMethod } from '../../../src/ml/recipes/reward-method.ts'
import { responseEnds, rewardGradients, scoreRewards } from '../../../src/ml/recipes/reward-programs.ts'
import { rewardsInOrder } from '../../../src/ml/recipes/reward-scoring.ts'
import { randomStream } from '../../../src/ml/random.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenSettings, ofKind, pairUnits } from './runs.ts'

const native = (await openBackend()) === 'native'
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const pairs = pairUnits(ids)
const units = pairs.map(({ unit }) => unit)
const weights = await fixtureWeights('tiny-llama/model.safetensors')
const method = methodOf('reward-model', parseSettings('reward-model', { centring: 0.01 })) as RewardMethod
const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'down_proj'], dropout: 0 }
const stream = randomStream(1, 'reward head')
const head: HostArrays = {
  'score.weight': floats(
    Array.from({ length: config.D }, (_, i) => stream.normal(i)),
    [1, config.D],
  ),
}
const fresh = (...more: HostArrays[]) => executorWith(native ? graphExecutor() : 'cpu', weights, ...more)
const pairEnds = { ...responseEnds(units), shape: [units.length, 2] }
const weight = { pair_weight: floats(units.map(() => 1 / units.length)) }

test('rewards are read where responses end', () => {
  const oneSided = oneSidedUnit([5, 6], [7, 8, 9])
  const all = [units[0]!, oneSided, units[1]!]
  const { ids } = collate(all)
  const last = all.flatMap(({ chosen, rejected }) => [chosen, rejected].flatMap((side) => side.slice(-1)))
  expect([...responseEnds(all).data].map((at) => ids!.data[at])).toEqual(last)
})

test('a reward does not depend on what shares its batch, and hears the last token', async () => {
  const alive = tensorsAlive()
  const executor = fresh(head)
  const program = scoreRewards(config, null)
  const { prompt, unit } = pairs[0]!
  const other = oneSidedUnit(prompt, [...unit.chosen.slice(0, -1), 11])
  const single = oneSidedUnit(prompt, unit.chosen)
  const [alone] = await rewardsInOrder(executor, program, [single])
  const [, together, changed] = await rewardsInOrder(executor, program, [oneSidedUnit([3], [4]), single, other])
  expect(together).toBeCloseTo(alone!, 4)
  expect(Math.abs(changed! - alone!)).toBeGreaterThan(1e-2)
  executor.dispose()
  expect(tensorsAlive()).toBe(alive)
})

test('gradients of head and adapter agree with difference quotients', async () => {
  const adapter = initialLora(config, lora, 3)
  // B at zero would hide A's gradient.
  for (const [name, { data }] of Object.entries(adapter))
    if (name.includes('lora_B')) data.forEach((_, i) => (data[i] = 0.05 * stream.normal(1000 + i)))
  const trained = [...Object.keys(adapter), ...Object.keys(headShapes(config, 'reward'))]
  const program = rewardGradients(config, { lora, method, trained, again: false })
  const inputs = { ...collate(units), ends: pairEnds, ...weight }
  const lossAt = async (state: HostArrays) => {
    const executor = fresh(head, adapter, state)
    const { losses } = await executor.run(program, inputs)
    const grads = await Promise.all(
      trained.map(async (name) => [name, (await executor.read(`grad/${name}`)).data] as const),
    )
    executor.dispose()
    return { loss: [...losses!.data].reduce((sum, one) => sum + one, 0) / units.length, grads: new Map(grads) }
  }
  const { grads } = await lossAt({})
  const all: HostArrays = { ...adapter, ...head }
  for (const name of [
    'score.weight',
    trained.find((one) => one.includes('lora_A'))!,
    trained.find((one) => one.includes('lora_B'))!,
  ]) {
    const { data, shape } = all[name]!
    const grad = grads.get(name)!
    // Along the gradient's own direction the quotient is its norm.
    const norm = Math.hypot(...grad)
    const step = 2e-2
    const moved = (sign: number) =>
      lossAt({
        [name]: floats(
          Array.from(data, (x, i) => x + (sign * step * grad[i]!) / norm),
          shape,
        ),
      })
    const quotient = ((await moved(1)).loss - (await moved(-1)).loss) / (2 * step)
    expect(norm, name).toBeGreaterThan(1e-3)
    expect(Math.abs(quotient / norm - 1), name).toBeLessThan(1e-2)
  }
})

const run = { config, pairs, seed: 5, method }
const settings = { ...goldenSettings, tuning: 'lora' as const, steps: 12, learning_rate: 2e-2 }

test('begins at ln 2 with equal rewards, learns the pairs, and tells the readings of the contract', async () => {
  const alive = tensorsAlive()
  const executor = fresh()
  const { events } = await driven({ ...run, executor, settings })
  const steps = ofKind(events, 'step').map(({ readings }) => readings as unknown as Record<string, number>)
  expect(steps[0]).toMatchObject({ accuracy: 0, margin: 0, min_reward: 0, max_reward: 0 })
  expect(steps[0]!.loss).toBeCloseTo(Math.LN2, 6)
  expect(steps.at(-1)!.loss).toBeLessThan(0.4)
  expect(steps.at(-1)!.accuracy).toBe(1)
  const checked = ofKind(events, 'checked')
  expect(checked[0]!.readings['probe/train/reward_accuracy']).toBe(0.5)
  expect(checked.at(-1)!.readings['probe/train/reward_accuracy']).toBe(1)
  const names = new Set([...steps, ...checked.map(({ readings }) => readings)].flatMap((one) => Object.keys(one)))
  expect([...names].filter((name) => !(name in contractReadings))).toEqual([])
  const heldOut = (name: string) => name.startsWith('probe/heldout')
  expect(Object.keys(rewardModelReadings).filter((name) => !heldOut(name) && !names.has(name))).toEqual([])
  expect(executor.has('score.weight')).toBe(false) // What it put it frees.
  executor.dispose()
  expect(tensorsAlive()).toBe(alive)
})

test('held-out pairs tell accuracy, margin, log loss and calibration', async () => {
  const more = pairs.map(({ id, prompt, unit }) => ({
    id: id + pairs.length,
    prompt: [...prompt, 7],
    unit: { ...unit, shared: [...unit.shared, 7] },
  }))
  const executor = fresh()
  const given = { ...run, pairs: [...pairs, ...more], executor, settings: { ...settings, heldout_pairs: 1, steps: 1 } }
  const { events } = await driven(given)
  const [before] = ofKind(events, 'checked')
  expect(before!.readings).toMatchObject({ 'probe/heldout/reward_accuracy': 0.5, 'probe/heldout/reward_margin': 0 })
  expect(before!.readings['probe/heldout/log_loss']).toBeCloseTo(Math.LN2, 6)
  expect(before!.readings['probe/heldout/calibration_error']).toBe(0)
  executor.dispose()
})

test('stopped and resumed in a new executor, it goes on as if unbroken', async () => {
  const short = { ...settings, steps: 4, lora_dropout: 0.1 }
  const whole = await driven({ ...run, executor: fresh(), settings: short })
  const half = await driven({ ...run, executor: fresh(), settings: short }, 2)
  const probes = ofKind(half.events, 'probed')[0]!.probes
  const executor = fresh(half.checkpoint)
  const rest = await driven({ ...run, executor, settings: short, resume: { step: 2, probes } })
  expect(ofKind(rest.events, 'step')).toEqual(ofKind(whole.events, 'step').slice(2))
  expect(rest.checkpoint).toEqual(whole.checkpoint)
  expect(Object.keys(whole.checkpoint)).toContain('score.weight')
})
