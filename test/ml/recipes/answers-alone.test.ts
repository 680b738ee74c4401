// Answers alone, each good or bad: their losses against numbers worked by hand, gradients against finite differences, and whole runs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerMethods, learnsFromAnswers, MethodName, methods, parseSettings } from '#contract'
import { collate } from '../../../src/ml/data/collate.ts'
import { oneSide, responseTokens, type Unit } from '../../../src/ml/data/units.ts'
import { floats } from '../../../src/ml/program.ts'
import { mismatched } from '../../../src/ml/recipes/kl-estimate.ts'
import { pairMethod } from '../../../src/ml/recipes/pair-methods.ts'
import { dpoGradients } from '../../../src/ml/recipes/pair-program.ts'
import { runPlan, type PairUnit } from '../../../src/ml/recipes/plan.ts'
import { chosenProbes } from '../../../src/ml/recipes/probes.ts'
import { gradientName } from '../../../src/ml/recipes/programs.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import * as tf from '../../../src/ml/tf.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenSettings, ofKind, pairUnits } from './runs.ts'

const backend = (await openBackend()) === 'native' ? 'native' : 'cpu'
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const weights = await fixtureWeights('tiny-llama/model.safetensors')
const pairs = pairUnits(ids)

/** Both sides of a pair, each as an answer alone. */
const apart = ({ id, unit, prompt }: PairUnit): PairUnit[] => [
  { id: 2 * id, prompt, unit: oneSide(unit, 'chosen'), mark: 'good' },
  { id: 2 * id + 1, prompt, unit: oneSide(unit, 'rejected'), mark: 'bad' },
]
const answers = pairs.flatMap(apart)
const weighed = { desirable_weight: 1, undesirable_weight: 1.5 }
const kto = pairMethod('kto', { beta: 1, ...weighed })
const batchOf = (kl: number) => ({ kl: tf.scalar(kl), draws: tf.tensor1d([]), carried: {}, labels: {} })

test('a batch of one good answer and two bad ones, by hand', () => {
  const before = tensorsAlive()
  tf.tidy(() => {
    // h = 1, -1, 0 and z = 0.5: sigmoid(-0.5), 1.5 sigmoid(-1.5), 1.5 sigmoid(-0.5).
    const marked = {
      policy: tf.tensor1d([-3, -6, -2]),
      reference: tf.tensor1d([-4, -5, -2]),
      tokens: tf.tensor1d([2, 3, 1]),
      desirable: tf.tensor1d([1, 0, 0]),
    }
    const of = (loss: tf.Tensor1D, wanted: number[]) =>
      [...loss.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6))
    of(kto.ofAnswers!.loss(marked, batchOf(0.5)), [0.37754067, 0.27363828, 0.566311])
    // -log sigmoid(h) of the good one, -log sigmoid(-h) of the bad ones.
    of(pairMethod('bco', { beta: 1 }).ofAnswers!.loss(marked, batchOf(0)), [0.31326169, 0.31326169, Math.LN2])
    // sigmoid(-h) of the good one, sigmoid(h) of the bad ones.
    of(pairMethod('apo-zero', { beta: 1 }).ofAnswers!.loss(marked, batchOf(0)), [0.26894142, 0.26894142, 0.5])
    const sum = pairMethod('weighted-sum', { beta: 1, ...weighed, terms: ['kto*2', 'bco*1'] })
    of(sum.ofAnswers!.loss(marked, batchOf(0.5)), [1.06834303, 0.86053825, 1.82576918])
    // BCO's shift is the mean of the rewards so far: (1 - 1 + 0) / 3 of this batch, after one of -3.
    const shifted = pairMethod('bco', { beta: 1, bco_shift: true })
    const next = shifted.ofAnswers!.next!({ mean: tf.scalar(-3), count: tf.scalar(1) }, marked)
    of(tf.stack([next.mean!, next.count!]) as tf.Tensor1D, [-0.75, 4])
  })
  expect(tensorsAlive()).toBe(before)
  expect(pairMethod('weighted-sum', { beta: 1, ...weighed, terms: ['kto*1', 'sft*1'] }).ofAnswers).toBeUndefined()
})

test.each([
  { name: 'kto', values: { beta: 0.5, ...weighed } },
  { name: 'bco', values: { beta: 0.5, bco_shift: false } },
])('$name: the gradient of a batch of answers is the slope of its loss', async ({ name, values }) => {
  const before = tensorsAlive()
  const executor = executorWith(backend, weights)
  const trained = ['model.norm.weight', 'model.layers.0.self_attn.q_proj.weight']
  const program = dpoGradients(config, { lora: null, method: pairMethod(name, values), trained })
  const units = answers.slice(0, 3).map(({ unit }) => unit)
  const inputs = {
    ...collate(units),
    reference_chosen: floats(units.map((unit) => -5.4 * responseTokens(unit, 'chosen'))),
    reference_rejected: floats(units.map(() => 0)),
    chosen_tokens: floats(units.map((unit) => responseTokens(unit, 'chosen'))),
    rejected_tokens: floats(units.map(() => 0)),
    pair_weight: floats([0.2, 0.3, 0.5]),
    desirable: floats([1, 0, 1]),
    draws: floats([0, 0, 0]),
    kl: floats([0.3], []),
  }
  const loss = async () => {
    const { losses } = await executor.run(program, inputs)
    executor.drop(trained.map(gradientName))
    return [0.2, 0.3, 0.5].reduce((sum, weight, i) => sum + weight * losses!.data[i]!, 0)
  }
  await executor.run(program, inputs)
  const gradients = await Promise.all(trained.map(async (one) => (await executor.read(gradientName(one))).data))
  executor.drop(trained.map(gradientName))
  for (const [i, one] of trained.entries()) {
    // Along the gradient itself the slope is its norm.
    const norm = Math.hypot(...gradients[i]!)
    const { shape, data } = await executor.read(one)
    const at = async (far: number) => {
      executor.put(
        one,
        floats(
          Array.from(data, (value, j) => value + (far * gradients[i]![j]!) / norm),
          [...shape],
        ),
      )
      return loss()
    }
    const far = 0.02
    const slope = ((await at(far)) - (await at(-far))) / (2 * far)
    executor.put(one, floats([...data], [...shape]))
    expect(norm).toBeGreaterThan(1e-3)
    expect(Math.abs(slope - norm) / norm, one).toBeLessThan(0.01)
  }
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})

const settings: DpoSettings = {
  ...goldenSettings,
  ...{ tuning: 'lora', learning_rate: 2e-2, batch_pairs: 4, steps: 6, probe_every: 6, probe_pairs: 8 },
  ...{ probe_others: 2, probe_others_rejected: 2, probe_near_misses: 1, probe_shuffled: 1, probe_samples: 1 },
}
const runOf = (method: ReturnType<typeof pairMethod>, units = answers, changes: Partial<DpoSettings> = {}) => ({
  executor: executorWith(backend, weights),
  ...{ config, method, pairs: units, settings: { ...settings, ...changes }, seed: 3 },
})
const plainKto = pairMethod('kto', { beta: 0.1, desirable_weight: 1, undesirable_weight: 1 })

test('a run of KTO: from a loss of a half, told of what answers alone can tell', async () => {
  const run = runOf(plainKto, answers, { heldout_pairs: 2, steps: 30, probe_every: 30, geometry_pairs: 2 })
  const alive = tensorsAlive()
  const { events } = await driven(run)
  expect(tensorsAlive()).toBe(alive)
  expect(run.executor.names()).toEqual(Object.keys(weights))
  run.executor.dispose()
  const steps = ofKind(events, 'step').map(({ readings }) => readings as Readonly<Record<string, number>>)
  expect(steps).toHaveLength(30)
  expect(steps[0]!.loss).toBeCloseTo(0.5, 6)
  expect(steps.at(-1)!.loss).toBeLessThan(0.5)
  const told = new Set(steps.flatMap((readings) => Object.keys(readings)))
  expect(told).toContain('rewards/chosen')
  expect(told).toContain('rewards/rejected')
  expect(told).not.toContain('rewards/accuracies')
  const last = ofKind(events, 'scored').at(-1)!.readings as Readonly<Record<string, number>>
  for (const name of ['drop/train/rejected', 'degradation/train/chosen', 'dispersion/other', 'dispersion/sampled'])
    expect(last[name], name).toBeTypeOf('number')
  expect(last['degradation/train/chosen']!).toBeGreaterThan(last['drop/train/rejected']!)
  for (const name of Object.keys(last))
    expect(name).not.toMatch(/fell_faster|share|log_gradient|accuracy|^length|^geometry/)
  // The gradient geometry would need the other answer.
  expect(ofKind(events, 'checked')).toEqual([])
})

test('at the start answers alone have the gradient of the pairs that they are the sides of', async () => {
  // KTO of a pair is the mean of its sides, APO zero their sum.
  const everything = { heldout_pairs: 0, steps: 1 }
  const first = async (method: ReturnType<typeof pairMethod>, units: PairUnit[], batch_pairs: number) => {
    const run = runOf(method, units, { ...everything, batch_pairs })
    const { events } = await driven(run)
    run.executor.dispose()
    return ofKind(events, 'step')[0]!.readings
  }
  for (const [method, sides] of [
    [plainKto, 1],
    [pairMethod('apo-zero', { beta: 0.1 }), 2],
  ] as const) {
    const [paired, alone] = [await first(method, pairs, pairs.length), await first(method, answers, answers.length)]
    expect(alone.loss).toBeCloseTo(paired.loss / sides, 6)
    expect(alone.grad_norm / (paired.grad_norm / sides)).toBeCloseTo(1, 4)
    expect(alone['rewards/margins']).toBeCloseTo(0, 6)
  }
})

test('a stranger for the estimate is an answer to another prompt; where there is none, there is no stranger', () => {
  const batch = answers.slice(0, 4)
  const found = mismatched(batch, 1000)
  // 0 and 1 answer one prompt, 2 and 3 another.
  expect(found.map(({ chosen }) => chosen)).toEqual([
    { kind: 'other', pair: 0, answer: 2 },
    { kind: 'other', pair: 1, answer: 2 },
    { kind: 'other', pair: 2, answer: 0 },
    { kind: 'other', pair: 3, answer: 0 },
  ])
  expect(mismatched(answers.slice(0, 2), 1000)).toEqual([])
})

test('the methods that the table says learn from answers alone have a loss of them, and no others', () => {
  const names = MethodName.options.filter((name) => methods[name].learns === 'pairs')
  const able = names.filter((name) => pairMethod(name, parseSettings(name, {})).ofAnswers)
  expect(able).toEqual(names.filter((name) => learnsFromAnswers(name, {})))
  expect(able).toEqual(answerMethods)
  expect(learnsFromAnswers('weighted-sum', { terms: ['kto*1', 'bco*2'] })).toBe(true)
  expect(learnsFromAnswers('weighted-sum', { terms: ['kto*1', 'dpo*2'] })).toBe(false)
})

const short = (): Unit => ({ shared: [1], chosen: [2], rejected: [], chosenFrom: 0, rejectedFrom: 0 })
const marked = (marks: readonly ('good' | 'bad')[]): PairUnit[] =>
  marks.map((mark, id) => ({ id, unit: short(), prompt: [id + 1], mark }))

test('training keeps good and bad answers whatever is held out, and probes are as many of both as there are', () => {
  const some = fc.array(fc.constantFrom<'good' | 'bad'>('good', 'bad'), { minLength: 2, maxLength: 40 })
  fc.assert(
    fc.property(
      some.filter((marks) => new Set(marks).size === 2),
      fc.nat(10),
      fc.nat(),
      fc.nat(12),
      (marks, heldout_pairs, seed, probe_pairs) => {
        const own = { ...settings, heldout_pairs, probe_pairs, steps: null }
        const plan = runPlan(marked(marks), own, seed)
        const count = (mark: 'good' | 'bad') => plan.train.filter((answer) => answer.mark === mark).length
        expect(Math.min(count('good'), count('bad'))).toBeGreaterThan(0)
        const probed = chosenProbes(plan, config, own, seed).filter(({ kind }) => kind === 'train')
        expect(probed).toHaveLength(Math.min(probe_pairs, plan.train.length))
        const bad = probed.filter(({ pair }) => marks[pair] === 'bad').length
        const fair = Math.min(count('bad'), Math.max(Math.floor(probe_pairs / 2), probe_pairs - count('good')))
        expect(bad).toBe(fair)
      },
    ),
  )
})

test('the only bad answer is never held out, by whatever seed', () => {
  const own = { ...settings, heldout_pairs: 2, steps: null }
  const answers = marked(Array.from({ length: 10 }, (_, i) => (i === 3 ? 'bad' : 'good')))
  for (let seed = 0; seed < 50; seed++) {
    const { train, heldout } = runPlan(answers, own, seed)
    expect(heldout).toHaveLength(2)
    expect(train.filter(({ mark }) => mark === 'bad')).toHaveLength(1)
  }
})

test('what cannot be learnt from says why', async () => {
  const plan = (units: PairUnit[]) => () => runPlan(units, settings, 0)
  expect(plan(marked(['good', 'good']))).toThrow('No answer is bad.')
  expect(plan(marked(['bad']))).toThrow('No answer is good.')
  expect(plan([...pairs, ...marked(['good', 'bad'])])).toThrow('There are pairs and answers alone.')
  const run = runOf(pairMethod('hinge', { beta: 0.1 }))
  await expect(driven(run)).rejects.toThrow('This method learns from pairs.')
  run.executor.dispose()
})
