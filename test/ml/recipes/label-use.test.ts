// The strength of labels through programs and recipes, by marks and by numbers: hand-worked margins, soft labels and weights, and runs that
// go on with them.
import { expect, test } from 'vitest'
import { parseSettings } from '../../../src/contract/parse-settings.ts'
import { graphExecutor } from '../../../src/main/trainer/engine/graph/graph-executor.ts'
import { collate } from '../../../src/ml/data/collate.ts'
import { responseTokens } from '../../../src/ml/data/units.ts'
import { floats } from '../../../src/ml/program.ts'
import {
  labelInputs,
  labelUse,
  marginOf,
  pairWeights,
  smoothingOf,
  type LabelUse,
} from '../../../src/ml/recipes/label-use.ts'
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
  expect(pairs.map((pair) => smoothingOf(pair, soft))).toEqual([0.25, 0.1, 0.5, 0.1])
  expect(smoothingOf(plain[0]!, soft)).toBe(0.25)
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

const numbers = [2, -0.5, 0, 6] as const
const numbered: PairUnit[] = plain.map((pair, i) => ({ ...pair, margin: numbers[i]! }))
const close = (found: readonly number[], wanted: readonly number[], digits = 4) =>
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, digits))

test('numbers become margins, probabilities and weights, and marks are not read', () => {
  const scaled = (as: LabelUse['as'], amount = 0.5): LabelUse => ({ as, amount, from: 'numbers' })
  const marked = numbered.map((pair) => ({ ...pair, strength: 2 as const }))
  for (const pairs of [numbered, marked]) {
    expect([...labelInputs(pairs, scaled('margin')).label_margin!.data]).toEqual([1, -0.25, 0, 3])
    // sigma(-1), sigma(0.25), 1/2 and sigma(-3).
    const wanted = [0.2689414, 0.5621765, 0.5, 0.0474259]
    close([...labelInputs(pairs, scaled('soft-label')).label_smoothing!.data], wanted, 6)
    // Shares of the mean over the run, which is 2 for 2, 0, 6 and 0, whatever comes in the step.
    const weighing = [numbered[0]!, numbered[2]!, numbered[3]!, { ...numbered[2]!, id: 9 }]
    expect(pairWeights(weighing.slice(0, 2), scaled('weight'), weighing)).toEqual([1, 0])
    expect(pairWeights(weighing, scaled('weight'), weighing)).toEqual([1, 0, 3, 0])
    expect(pairWeights(pairs, scaled('margin'))).toEqual([1, 1, 1, 1])
  }
  expect(() => pairWeights([numbered[2]!], scaled('weight'))).toThrow('The numbers of all pairs are 0')
  // Log-odds are cut where float32 still tells 1 - epsilon from 1.
  const far = { ...plain[0]!, margin: 1e6 }
  const sure = smoothingOf(far, scaled('soft-label'))
  expect([sure > 0, Math.fround(1 - sure) < 1]).toEqual([true, true])
  expect(smoothingOf({ ...far, margin: -1e6 }, scaled('soft-label'))).toBeCloseTo(1 - sure, 12)
  expect(() => marginOf(plain[0]!, scaled('margin'))).toThrow(`Pair ${plain[0]!.id} has no number`)
})

test('the use of numbers is read from settings', () => {
  const read = (values: Record<string, unknown>) =>
    pairMethod('dpo', parseSettings('dpo', values as Record<string, number | string>)).labels
  const from = 'numbers'
  expect(read({ label_strength: 'number-margin' })).toEqual({ as: 'margin', amount: 1, from })
  expect(read({ label_strength: 'number-soft-label', number_scale: 0.3 })).toEqual({
    as: 'soft-label',
    amount: 0.3,
    from,
  })
  expect(read({ label_strength: 'number-weight' })).toEqual({ as: 'weight', amount: 1, from })
})

test('DPO by numbers: the loss of a step is what its pairs alone and their numbers say', async () => {
  const likely = (z: number) => Math.log(1 + Math.exp(-z))
  const alone: number[] = []
  for (const pair of plain) alone.push((await stepsOf([pair], {}))[0]!.loss)
  // What each pair's logit must be for that loss.
  const z = alone.map((loss) => -Math.log(Math.exp(loss) - 1))
  expect(z.every((one) => Math.abs(one) > 0.02)).toBe(true)
  const mean = (of: (i: number) => number) => [0, 1, 2, 3].reduce((sum, i) => sum + of(i), 0) / 4
  const lossOf = async (label_strength: string, given = numbered, more = { number_scale: 0.5 } as object) =>
    (await stepsOf(given, { label_strength, ...more }))[0]!.loss
  expect(await lossOf('number-margin')).toBeCloseTo(
    mean((i) => likely(z[i]! - 0.5 * numbers[i]!)),
    4,
  )
  const right = numbers.map((number) => 1 / (1 + Math.exp(-0.5 * number)))
  expect(await lossOf('number-soft-label')).toBeCloseTo(
    mean((i) => right[i]! * likely(z[i]!) + (1 - right[i]!) * likely(-z[i]!)),
    4,
  )
  const positive = numbered.map((pair) => ({ ...pair, margin: Math.abs(pair.margin!) }))
  const weights = [2, 0.5, 0, 6].map((number) => number / (8.5 / 4))
  expect(await lossOf('number-weight', positive, {})).toBeCloseTo(
    mean((i) => weights[i]! * alone[i]!),
    4,
  )
  // A run's mean and not a step's: two steps of two pairs weigh as one of four does.
  const steps = await stepsOf(positive, { label_strength: 'number-weight' }, { accumulation: 1, steps: 2 })
  expect((steps[0]!.loss + steps[1]!.loss) / 2).toBeCloseTo(
    mean((i) => weights[i]! * alone[i]!),
    4,
  )
})

test('a reward model by numbers: the first loss with margins, and a soft label once rewards differ', async () => {
  const lossesOf = (given: readonly PairUnit[], values: object, settings = {}) =>
    stepsOf(given, { label_strength: 'number-margin', ...values }, settings, 'reward-model')
  const [first] = await lossesOf(numbered, { number_scale: 0.25 })
  // Rewards are 0 at first: log(1 + e^m) for m of 0.5, -0.125, 0 and 1.5.
  expect(first!.loss).toBeCloseTo((0.974077 + 0.6326075 + Math.LN2 + 1.7014133) / 4, 5)

  const soft = { label_strength: 'number-soft-label', number_scale: 0.5 }
  const steps = await lossesOf([numbered[0]!], soft, { learning_rate: 1e-2, steps: 2, batch_pairs: 1, accumulation: 1 })
  expect(steps[0]!.loss).toBeCloseTo(Math.LN2, 5)
  const { loss, margin } = steps[1] as unknown as Record<'loss' | 'margin', number>
  expect(Math.abs(margin)).toBeGreaterThan(0.01)
  // A number of 2 at a scale of 0.5: right with sigma(1).
  expect(loss).toBeCloseTo(0.7310586 * Math.log(1 + Math.exp(-margin)) + 0.2689414 * Math.log(1 + Math.exp(margin)), 5)
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
