// The DPO recipe on a tiny random model: what it tells and when, that it resumes exactly, and that it leaves nothing behind.
import { expect, test } from 'vitest'
import { answerReadings } from '../../../src/contract/answer-readings.ts'
import { geometryReadings } from '../../../src/contract/geometry-readings.ts'
import { onlinePairReadings, ppoReadings, promptReadings } from '../../../src/contract/prompt-readings.ts'
import { splitReadings } from '../../../src/contract/split-readings.ts'
import { rewardModelReadings } from '../../../src/contract/reward-readings.ts'
import { readings as contractReadings } from '../../../src/contract/readings.ts'
import type { ModelConfig } from '../../../src/ml/models/config.ts'
import { initialWeights } from '../../../src/ml/models/shapes.ts'
import { randomStream } from '../../../src/ml/random.ts'
import { trainDpo } from '../../../src/ml/recipes/dpo.ts'
import type { PairUnit } from '../../../src/ml/recipes/plan.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenMethod, goldenSettings, ofKind } from './runs.ts'

const backend = await openBackend()

const config: ModelConfig = {
  family: 'llama',
  layers: 2,
  D: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  F: 32,
  V: 40,
  context: 64,
  normEps: 1e-5,
  tied: true,
  attentionBias: false,
  mlpBias: false,
  rope: { theta: 10000, scaling: null },
  bos: null,
  eos: [0],
  pad: null,
}

const weights = initialWeights(config, 5)

/** Ten pairs of random tokens, lengths 2 to 9. */
const pairs: PairUnit[] = Array.from({ length: 10 }, (_, id) => {
  const text = (label: string) => {
    const stream = randomStream(3, label, id)
    return Array.from({ length: 2 + stream.integer(99, 8) }, (_, i) => 1 + stream.integer(i, 39))
  }
  const prompt = text('prompt')
  const unit = { shared: prompt, chosen: [...text('chosen'), 0], rejected: [...text('rejected'), 0] }
  return { id: 100 + id, prompt, unit: { ...unit, chosenFrom: 0, rejectedFrom: 0 } }
})

const settings: DpoSettings = {
  ...goldenSettings,
  tuning: 'lora',
  learning_rate: 1e-2,
  schedule: 'linear',
  warmup_steps: 1,
  weight_decay: 0.1,
  max_grad_norm: 0.5,
  batch_pairs: 2,
  accumulation: 2,
  steps: 6,
  heldout_pairs: 2,
  probe_pairs: 3,
  probe_others: 3,
  probe_others_rejected: 2,
  probe_near_misses: 2,
  probe_shuffled: 1,
  probe_samples: 2,
  probe_resamples: 1,
  probe_sample_tokens: 4,
  probe_every: 3,
  sample_prompts: 2,
  sample_every: 4,
  sample_tokens: 4,
  checkpoint_every: 2,
}

const runOf = (changes: Partial<DpoSettings> = {}) => ({
  executor: executorWith(backend, weights),
  config,
  pairs,
  settings: { ...settings, ...changes },
  seed: 11,
})

test('tells everything in order, and frees all but the model', async () => {
  const run = runOf()
  const alive = tensorsAlive()
  const { events } = await driven(run)
  expect(tensorsAlive()).toBe(alive)
  expect(run.executor.names()).toEqual(Object.keys(weights))

  const order = events.flatMap((event) =>
    event.kind === 'doing' || event.kind === 'referenced'
      ? []
      : 'step' in event
        ? `${event.kind} ${event.step}`
        : event.kind,
  )
  expect(order).toEqual([
    ...[
      'planned 0',
      'probed',
      'scored 0',
      'sampled 0',
      'step 0',
      'step 1',
      'checkpoint 2',
      'step 2',
      'scored 3',
      'step 3',
    ],
    ...['sampled 4', 'checkpoint 4', 'step 4', 'step 5', 'scored 6', 'sampled 6', 'checkpoint 6'],
  ])
  const [planned] = ofKind(events, 'planned')
  expect(planned).toMatchObject({ steps: 6, train: 8, trainable: 2048 })
  expect(planned!.heldout).toHaveLength(2)
  const kinds = ofKind(events, 'probed')[0]!.probes.map((probe) => probe.kind)
  expect(kinds).toEqual([
    'train',
    'train',
    'train',
    'heldout',
    'heldout',
    'other',
    'other',
    'other',
    ...['other-rejected', 'other-rejected', 'near-miss', 'near-miss', 'shuffled'],
    ...['sampled', 'sampled', 'resampled'],
  ])
})

test('begins at ln 2 with nothing moved, then learns', async () => {
  const { events } = await driven(runOf())
  const steps = ofKind(events, 'step')
  const first = steps[0]!.readings
  expect(first.loss).toBeCloseTo(Math.LN2, 5)
  expect(first['rewards/accuracies']).toBe(0)
  expect(first.learning_rate).toBe(0) // The warm-up begins at zero.
  expect(steps.map((step) => step.readings.epoch)).toEqual([0.5, 1, 1.5, 2, 2.5, 3])
  expect(steps.at(-1)!.readings.loss).toBeLessThan(0.69)
  const tokens = steps.map((step) => step.tokens)
  expect(steps.map((step) => step.readings.num_tokens)).toEqual(
    tokens.map((_, i) => tokens.slice(0, i + 1).reduce((sum, count) => sum + count)),
  )
  const [start, , end] = ofKind(events, 'scored')
  for (const { chosen, rejected } of start!.scores)
    for (const score of [chosen, rejected]) if (score) expect(score.policy).toBeCloseTo(score.reference, 4)
  expect(start!.readings).not.toHaveProperty('drop/train/speed_ratio')
  expect(start!.readings['probe/heldout/accuracy']).toBe(0.5)
  // The contract's names, all of them and no others; pace is the caller's to measure.
  const isProbeReading = (name: string) => /^(drop|degradation|dispersion|probe|length)\//.test(name)
  const ofOthers = {
    ...geometryReadings,
    ...answerReadings,
    ...promptReadings,
    ...ppoReadings,
    ...onlinePairReadings,
    ...rewardModelReadings,
    // Of runs with another set or of answers alone, and of as many parts as there are answers for.
    ...splitReadings,
  }
  const names = Object.keys(contractReadings).filter(
    (name) => !/^pace\/|out_of_domain|\/auc$/.test(name) && !(name in ofOthers),
  )
  const whole = Object.keys(end!.readings).filter((name) => !(name in splitReadings))
  expect(whole.toSorted()).toEqual(names.filter(isProbeReading).toSorted())
  expect(Object.keys(first).toSorted()).toEqual(names.filter((name) => !isProbeReading(name)).toSorted())
  expect(Object.values(end!.readings).every(Number.isFinite)).toBe(true)
  const margin = (score: (typeof end & object)['scores'][number]) =>
    score.chosen.policy - score.chosen.reference - (score.rejected!.policy - score.rejected!.reference)
  expect(
    end!.scores
      .slice(0, 3)
      .map(margin)
      .every((value) => value > 0),
  ).toBe(true)
})

test.each([
  ['lora', {}],
  ['lora with dropout', { lora_dropout: 0.1 }],
  ['full', { tuning: 'full', learning_rate: 1e-3 }],
] as const)(
  '%s: stopped after three steps and resumed in a new executor, it goes on as if unbroken',
  async (_, changes) => {
    const whole = await driven(runOf(changes))
    const first = await driven(runOf(changes), 3)
    expect(Object.keys(first.checkpoint)).toHaveLength(Object.keys(whole.checkpoint).length)

    const resumed = runOf(changes)
    for (const [name, value] of Object.entries(first.checkpoint)) resumed.executor.put(name, value)
    const { probes } = ofKind(first.events, 'probed')[0]!
    const second = await driven({ ...resumed, resume: { step: 3, probes } }, Infinity, first.reference)

    const steps = [...ofKind(first.events, 'step'), ...ofKind(second.events, 'step')]
    const wanted = ofKind(whole.events, 'step')
    expect(steps.map((step) => step.step)).toEqual([0, 1, 2, 3, 4, 5])
    steps.forEach((step, i) => {
      for (const [name, value] of Object.entries(wanted[i]!.readings))
        expect(Math.abs(step.readings[name as keyof typeof step.readings] - value), name).toBeLessThan(
          1e-5 * (1 + Math.abs(value)),
        )
    })
    for (const [name, { data }] of Object.entries(whole.checkpoint))
      data.forEach((value, i) => expect(Math.abs(second.checkpoint[name]!.data[i]! - value)).toBeLessThan(1e-5))
    expect(ofKind(second.events, 'sampled')).toEqual(ofKind(whole.events, 'sampled').slice(1))
  },
)

test('dropout is in use, and other seeds make other runs', async () => {
  const losses = async (changes: Partial<DpoSettings>, seed = 11) =>
    ofKind((await driven({ ...runOf(changes), seed })).events, 'step').map((step) => step.readings.loss)
  const plain = await losses({})
  expect(await losses({})).toEqual(plain)
  expect(await losses({ lora_dropout: 0.5 })).not.toEqual(plain)
  expect(await losses({}, 12)).not.toEqual(plain)
})

test('at rate 0 on one pair each step has the same gradient, and with dropout another: sums start anew, masks too', async () => {
  const norms = async (lora_dropout: number) => {
    const still = { learning_rate: 0, batch_pairs: 1, accumulation: 1, steps: 2, lora_dropout }
    const { events } = await driven({ ...runOf(still), pairs: pairs.slice(0, 1) })
    return ofKind(events, 'step').map((step) => step.readings.grad_norm)
  }
  const [first, second] = await norms(0)
  expect(second).toBe(first)
  const [masked, maskedAnew] = await norms(0.5)
  expect(Math.abs(maskedAnew! - masked!)).toBeGreaterThan(1e-3 * masked!)
})

test('one large batch and its accumulation in parts are the same step', async () => {
  const parts = await driven(runOf({ batch_pairs: 2, accumulation: 2, steps: 2 }))
  const whole = await driven(runOf({ batch_pairs: 4, accumulation: 1, steps: 2 }))
  const [, wanted] = ofKind(whole.events, 'step')
  const [, found] = ofKind(parts.events, 'step')
  expect(found!.readings.grad_norm).toBeCloseTo(wanted!.readings.grad_norm, 4)
  expect(found!.readings.loss).toBeCloseTo(wanted!.readings.loss, 5)
  expect(found!.readings.entropy).toBeCloseTo(wanted!.readings.entropy, 5)
})

test('known reference log-probabilities are not computed again', async () => {
  const { reference, events } = await driven(runOf())
  expect(ofKind(events, 'referenced').length).toBeGreaterThan(0)
  const again = await driven(runOf(), Infinity, reference)
  expect(ofKind(again.events, 'referenced')).toEqual([])
  expect(ofKind(again.events, 'step')).toEqual(ofKind(events, 'step'))
})

test('at step 0 the scores are those of the reference pass, or the same by a pass of their own', async () => {
  const first = await driven(runOf())
  const scoring = (events: typeof first.events) =>
    ofKind(events, 'doing').filter(({ text }) => text.startsWith('scoring probes')).length
  const again = await driven(runOf(), Infinity, first.reference)
  // Steps 0, 3 and 6, one batch each; the first has nothing left to score.
  expect([scoring(first.events), scoring(again.events)]).toEqual([2, 3])
  const found = ofKind(first.events, 'scored')[0]!
  const wanted = ofKind(again.events, 'scored')[0]!
  for (const { chosen, rejected } of found.scores)
    for (const score of [chosen, rejected]) if (score) expect(score.policy).toBe(score.reference)
  expect(Object.keys(found.readings)).toEqual(Object.keys(wanted.readings))
  for (const [name, value] of Object.entries(wanted.readings))
    expect(found.readings[name as keyof typeof found.readings], name).toBeCloseTo(value, 4)
})

test('stopped anywhere, it frees what it put', async () => {
  for (const kind of ['planned', 'doing', 'referenced', 'step'] as const) {
    const run = runOf()
    const alive = tensorsAlive()
    for await (const event of trainDpo({ ...run, method: goldenMethod, reference: () => undefined }))
      if (event.kind === kind) break
    expect(tensorsAlive()).toBe(alive)
    expect(run.executor.names()).toEqual(Object.keys(weights))
  }
})

test('what cannot go on says why', async () => {
  await expect(driven({ ...runOf(), pairs: [] })).rejects.toThrow('There are no pairs to train on')
  const oneSided = { ...pairs[0]!, unit: { ...pairs[0]!.unit, rejected: [] } }
  await expect(driven({ ...runOf(), pairs: [oneSided] })).rejects.toThrow('Pair 100 has no rejected response')
  await expect(driven({ ...runOf(), resume: { step: 3, probes: [] } })).rejects.toThrow('cannot go on from step 3')
  await expect(
    driven({ ...runOf(), resume: { step: 0, probes: [{ index: 0, kind: 'train', pair: 1 }] } }),
  ).rejects.toThrow('pair 1, which is no longer among its pairs')
  const full = runOf({ tuning: 'full' })
  const { checkpoint, events } = await driven(full, 1)
  for (const [name, value] of Object.entries(checkpoint)) full.executor.put(name, value)
  const { probes } = ofKind(events, 'probed')[0]!
  await expect(driven({ ...full, resume: { step: 1, probes } })).rejects.toThrow('reference weights are gone')
  await expect(driven(runOf({ learning_rate: 1e30, schedule: 'constant', warmup_steps: 0 }))).rejects.toThrow(
    /The (loss|gradient norm) of step 1 is NaN/,
  )
})
