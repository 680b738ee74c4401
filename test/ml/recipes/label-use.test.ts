// The strength of labels through programs and recipes: hand-worked margins, soft labels and weights, and runs that go on with them.
import { expect, test } from 'vitest'
import { parseSettings } from '../../../src/contract/parse-settings.ts'
import { graphExecutor } from '../../../src/main/trainer/engine/graph/graph-executor.ts'
import { collate } from '../../../src/ml/data/collate.ts'
import { responseTokens } from '../../../src/ml/data/units.ts'
import { floats } from '../../../src/ml/program.ts'
import { labelInputs, labelUse, pairWeights, smoothingOf, type LabelUse } from '../../../src/ml/recipes/label-use.ts'
import { methodOf, pairMethod } from '../../../src/ml/recipes/pair-methods.ts'
import { dpoGradients } from '../../../src/ml/recipes/pair-program.ts'
import { runPlan, type PairUnit } from '../../../src/ml/recipes/plan.ts'
import { chosenProbes } from '../../../src/ml/recipes/probes.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenMethod, goldenSettings, ofKind, pairUnits } from './runs.ts'

const native = (await openBackend()) === 'native'
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const weights = await fixtureWeights('tiny-llama/model.safetensors')
const fresh = () => executorWith(native ? graphExecutor() : 'cpu', weights)

const strengths = [1, 2, 0, 2] as const
const plain = pairUnits(ids)
const pairs: PairUnit[] = plain.map((pair, i) => ({ ...pair, strength: strengths[i]! }))
const margin: LabelUse = { as: 'margin', amount: 1.5 }
const soft: LabelUse = { as: 'soft-label', amount: 0.75 }
const weight: LabelUse = { as: 'weight', amount: 3 }

test('strengths become margins, probabilities and weights', () => {
  expect([...labelInputs(pairs, margin).label_margin!.data]).toEqual([0, 1.5, -1.5, 1.5])
  // Odds of 3 to 1, and of 9 to 1.
  expect(pairs.map((pair) => smoothingOf(pair, 0.75))).toEqual([0.25, 0.1, 0.5, 0.1])
  expect(smoothingOf(plain[0]!, 0.75)).toBe(0.25)
  expect(pairWeights(pairs.slice(0, 2), weight)).toEqual([0.5, 1.5])
  expect(pairWeights(pairs, weight).reduce((sum, one) => sum + one)).toBeCloseTo(4, 12)
  // Without strengths nothing changes, to the last bit.
  for (const use of [undefined, margin, soft]) expect(pairWeights(plain, use)).toEqual([1, 1, 1, 1])
  expect([labelInputs(pairs, undefined), labelInputs(pairs, weight)]).toEqual([{}, {}])
})

test('the use is read from settings; a run from before there were any has none', () => {
  const read = (values: Record<string, unknown>) => labelUse((key) => Number(values[key]), values)
  expect(read({})).toBe(undefined)
  expect(read({ label_strength: 'ignore' })).toBe(undefined)
  expect(read({ label_strength: 'weight', strength_weight: 3 })).toEqual(weight)
  expect(() => read({ label_strength: 'loud' })).toThrow('Setting label_strength must be one of its choices')
  expect(pairMethod('dpo', parseSettings('dpo', { label_strength: 'soft-label' })).labels).toEqual({
    ...{ as: 'soft-label', amount: 0.9 },
  })
})

test('a margin shifts the logit and a soft label mixes both sides, in the program', async () => {
  const alive = tensorsAlive()
  const program = dpoGradients(config, { lora: null, method: goldenMethod, trained: Object.keys(weights) })
  const units = pairs.map(({ unit }) => unit)
  const of = (value: (i: number) => number) => floats(units.map((_, i) => value(i)))
  const tokens = (side: 'chosen' | 'rejected') => units.map((unit) => responseTokens(unit, side))
  const at = { chosen: tokens('chosen').map((n) => -5.2 * n), rejected: tokens('rejected').map((n) => -5.8 * n) }
  const lossesWith = async (use: LabelUse | undefined) => {
    const executor = fresh()
    const { losses, chosen, rejected } = await executor.run(program, {
      ...collate(units),
      ...labelInputs(pairs, use),
      reference_chosen: of((i) => at.chosen[i]!),
      reference_rejected: of((i) => at.rejected[i]!),
      chosen_tokens: floats(tokens('chosen')),
      rejected_tokens: floats(tokens('rejected')),
      pair_weight: of(() => 1 / 4),
    })
    executor.dispose()
    const z = units.map((_, i) => 0.1 * (chosen!.data[i]! - at.chosen[i]! - rejected!.data[i]! + at.rejected[i]!))
    return { losses: [...losses!.data], z }
  }
  const likely = (z: number) => -Math.log(1 / (1 + Math.exp(-z)))
  const expectClose = (found: number[], wanted: number[]) =>
    wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4))

  const bare = await lossesWith(undefined)
  expect(bare.z.every((z) => Math.abs(z) > 0.05)).toBe(true)
  expectClose(bare.losses, bare.z.map(likely))
  const shifted = await lossesWith(margin)
  expectClose(
    shifted.losses,
    shifted.z.map((z, i) => likely(z - [0, 1.5, -1.5, 1.5][i]!)),
  )
  const mixed = await lossesWith(soft)
  expectClose(
    mixed.losses,
    mixed.z.map((z, i) => {
      const wrong = [0.25, 0.1, 0.5, 0.1][i]!
      return (1 - wrong) * likely(z) + wrong * likely(-z)
    }),
  )
  expect(tensorsAlive()).toBe(alive)
})

/** Readings of steps on these pairs, by default of DPO with two batches a step at a rate of 0 and at some distance from the reference. */
async function stepsOf(
  given: readonly PairUnit[],
  values: Record<string, unknown>,
  settings = {},
  name: 'dpo' | 'reward-model' = 'dpo',
) {
  const executor = fresh()
  const reference = new Map(
    given.flatMap(({ id, unit }) =>
      (['chosen', 'rejected'] as const).map((side) => [`pair/${id}/${side}`, -5.4 * unit[side].length - id] as const),
    ),
  )
  const { events } = await driven(
    {
      ...{ executor, config, pairs: given, seed: 2, method: methodOf(name, parseSettings(name, values)) },
      settings: {
        ...{ ...goldenSettings, learning_rate: 0, steps: 1, probe_pairs: 0, batch_pairs: 2, accumulation: 2 },
        ...settings,
      },
    },
    Infinity,
    reference,
  )
  executor.dispose()
  return ofKind(events, 'step').map(({ readings }) => readings)
}

test('a weight scales what a pair counts for in its step, and the step stays as large', async () => {
  const asked = { label_strength: 'weight', strength_weight: 3 }
  const alone: number[] = []
  for (const pair of plain) alone.push((await stepsOf([pair], {}))[0]!.loss)
  const [weighed] = await stepsOf(pairs, asked)
  // 1, 3, 1/3 and 3.
  const wanted = (alone[0]! + 3 * alone[1]! + alone[2]! / 3 + 3 * alone[3]!) / (1 + 3 + 1 / 3 + 3)
  expect(weighed!.loss).toBeCloseTo(wanted, 4)
  const [bare] = await stepsOf(plain, {})
  expect(Math.abs(weighed!.loss - bare!.loss)).toBeGreaterThan(1e-3)
  const [strong] = await stepsOf(
    plain.map((pair) => ({ ...pair, strength: 2 as const })),
    asked,
  )
  expect(strong!.loss).toBeCloseTo(bare!.loss, 5)
  expect(strong!.grad_norm / bare!.grad_norm).toBeCloseTo(1, 4)
})

test.each(['dpo', 'reward-model'] as const)('%s: a weight scales the gradient of its pair', async (name) => {
  const norm = async (given: readonly PairUnit[], values = {}) => (await stepsOf(given, values, {}, name))[0]!.grad_norm
  const [one, other] = [pairs[0]!, pairs[1]!]
  const alone = await norm([{ ...other, strength: 1 }])
  const strong = await norm([one, other], { label_strength: 'weight', strength_weight: 100 })
  // A hundred to one: within a few per cent of what the strong one asks for alone.
  expect(Math.abs(strong / alone - 1)).toBeLessThan(0.05)
  expect(Math.abs((await norm([one, other])) / alone - 1)).toBeGreaterThan(0.1)
})

test('ignored, strengths change no reading; plain labels have no margin', async () => {
  const bare = await stepsOf(plain, {}, { learning_rate: 1e-3, steps: 2 })
  expect(await stepsOf(pairs, {}, { learning_rate: 1e-3, steps: 2 })).toEqual(bare)
  const [none] = await stepsOf(plain, { label_strength: 'margin' })
  expect(none!.loss).toBeCloseTo(bare[0]!.loss, 5)
})

test.each([
  ['dpo', { label_strength: 'margin', strength_margin: 1.5 }],
  ['reward-model', { label_strength: 'margin', strength_margin: 1.5 }],
] as const)('%s with margins: the first loss by hand, and a run that is stopped and goes on', async (name, values) => {
  const alive = tensorsAlive()
  const method = methodOf(name, parseSettings(name, values))
  const settings = {
    ...{ ...goldenSettings, tuning: 'lora' as const, learning_rate: 1e-2, steps: 4, probe_every: 4 },
    ...{ batch_pairs: 2, accumulation: 2 },
  }
  const given = pairs.map((pair) => ({ ...pair, strength: pair.strength || (1 as const) }))
  const run = (executor = fresh()) => ({ executor, config, method, pairs: given, settings, seed: 3 })
  const [first, second, third] = [run(), run(), run()]
  const whole = await driven(first)
  // Rewards are equal before the first update: two plain labels and two strong ones.
  const { loss } = ofKind(whole.events, 'step')[0]!.readings
  expect(loss).toBeCloseTo((2 * Math.LN2 + 2 * Math.log(1 + Math.exp(1.5))) / 4, 4)
  const half = await driven(second, 2)
  for (const [key, value] of Object.entries(half.checkpoint)) third.executor.put(key, value)
  const { probes } = ofKind(half.events, 'probed')[0]!
  const rest = await driven({ ...third, resume: { step: 2, probes } }, Infinity, half.reference)
  const losses = (events: typeof whole.events) => ofKind(events, 'step').map(({ readings }) => readings.loss)
  const unbroken = losses(whole.events)
  ;[...losses(half.events), ...losses(rest.events)].forEach((one, i) => expect(one).toBeCloseTo(unbroken[i]!, 5))
  expect(unbroken[3]).toBeLessThan(unbroken[0]!)
  for (const { executor } of [first, second, third]) executor.dispose()
  expect(tensorsAlive()).toBe(alive)
})

test('ties are trained on, but neither held out nor probes, and without ties the plan is as ever', () => {
  const many: PairUnit[] = Array.from({ length: 40 }, (_, id) => ({ ...plain[0]!, id, prompt: [id] }))
  const tied = many.map((pair, i) => (i % 2 === 0 ? { ...pair, strength: 0 as const } : pair))
  const settings = { ...goldenSettings, heldout_pairs: 8, probe_pairs: 40, steps: 20 }
  const plan = runPlan(tied, settings, 5)
  expect([plan.heldout.length, plan.train.length]).toEqual([8, 32])
  expect(plan.heldout.filter(({ id }) => id % 2 === 0)).toEqual([])
  const probed = chosenProbes(plan, config, settings, 5).filter(({ kind }) => kind === 'train')
  expect(probed.map(({ pair }) => pair % 2)).toEqual(Array.from({ length: 12 }, () => 1))
  const strong = many.map((pair) => ({ ...pair, strength: 2 as const }))
  const idsOf = (given: PairUnit[]) => runPlan(given, settings, 5).heldout.map(({ id }) => id)
  expect(idsOf(strong)).toEqual(idsOf(many))
})
