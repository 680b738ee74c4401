// The methods that read more of a batch than its log-probabilities: what they carry survives a stop, parts and weights are the right ones.
import { describe, expect, test } from 'vitest'
import { responseTokens, sharedTokens } from '../../../src/ml/data/units.ts'
import { initialWeights } from '../../../src/ml/models/shapes.ts'
import { floats } from '../../../src/ml/program.ts'
import type { PairUnit } from '../../../src/ml/recipes/plan.ts'
import { pairMethod } from '../../../src/ml/recipes/pair-methods.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenMethod, goldenSettings, ofKind, pairUnits } from './runs.ts'

const backend = (await openBackend()) === 'native' ? 'native' : 'cpu'
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const pairs = pairUnits(ids)
const weights = await fixtureWeights('tiny-llama/model.safetensors')

const settings: DpoSettings = {
  ...goldenSettings,
  ...{ tuning: 'lora', learning_rate: 2e-2, batch_pairs: 2, accumulation: 2, steps: 5, probe_every: 5 },
}
const run = (method: ReturnType<typeof pairMethod>, changes: Partial<DpoSettings> = {}, units = pairs) => {
  const executor = executorWith(backend, weights)
  return { executor, config, method, pairs: units, settings: { ...settings, ...changes }, seed: 4 }
}
const lossesOf = async (...given: Parameters<typeof run>) => {
  const it = run(...given)
  const { events } = await driven(it)
  it.executor.dispose()
  return ofKind(events, 'step').map(({ readings }) => readings)
}

const betaDpo = pairMethod('beta-dpo', { beta: 0.1, beta_gain: 2, filter_rate: 0.5 })
const shiftedBco = pairMethod('bco', { beta: 0.1, bco_shift: true })

test.each([
  ['beta-dpo', betaDpo, ['batches', 'deviation', 'mean']],
  ['bco', shiftedBco, ['count', 'mean']],
] as const)('%s: what it carries is in the checkpoint, and a resumed run goes on with it', async (_, method, names) => {
  const alive = tensorsAlive()
  const [whole, first, second] = [run(method), run(method), run(method)]
  const unbroken = await driven(whole)
  const begun = await driven(first, 2)
  const carried = Object.keys(begun.checkpoint).filter((name) => name.startsWith('carried/'))
  expect(carried.toSorted()).toEqual(names.map((name) => `carried/${name}`))
  // Two steps of two batches, of two pairs each.
  const seen = begun.checkpoint['carried/batches'] ?? begun.checkpoint['carried/count']!
  expect([...seen.data]).toEqual([names.length === 3 ? 4 : 16])
  expect(Math.abs(begun.checkpoint['carried/mean']!.data[0]!)).toBeGreaterThan(1e-4)

  for (const [name, value] of Object.entries(begun.checkpoint)) second.executor.put(name, value)
  const { probes } = ofKind(begun.events, 'probed')[0]!
  const resumed = await driven({ ...second, resume: { step: 2, probes } }, Infinity, begun.reference)
  const losses = (events: typeof begun.events) => ofKind(events, 'step').map(({ readings }) => readings.loss)
  const found = [...losses(begun.events), ...losses(resumed.events)]
  losses(unbroken.events).forEach((loss, i) => expect(Math.abs(found[i]! - loss)).toBeLessThan(1e-5))
  for (const name of carried)
    expect(resumed.checkpoint[name]!.data[0]).toBeCloseTo(unbroken.checkpoint[name]!.data[0]!, 4)
  expect(second.executor.names()).toEqual(Object.keys(weights))

  const missing = run(method)
  for (const [name, value] of Object.entries(begun.checkpoint))
    if (!carried.includes(name)) missing.executor.put(name, value)
  await expect(driven({ ...missing, resume: { step: 2, probes } }, 3, begun.reference)).rejects.toThrow(
    /'carried\/\w+' is missing, so the run cannot go on from step 2/,
  )
  for (const { executor } of [whole, first, second, missing]) executor.dispose()
  expect(tensorsAlive()).toBe(alive)
})

test('beta-DPO trains half of each batch, and other losses than DPO', async () => {
  const [own, dpo] = [await lossesOf(betaDpo), await lossesOf(goldenMethod)]
  expect(own[0]!.loss).toBeCloseTo(Math.LN2, 5)
  expect(Math.abs(own.at(-1)!.loss - dpo.at(-1)!.loss)).toBeGreaterThan(1e-3)
  const still = pairMethod('beta-dpo', { beta: 0.1, beta_gain: 0, filter_rate: 0 })
  const same = await lossesOf(still)
  dpo.forEach(({ loss }, i) => expect(same[i]!.loss).toBeCloseTo(loss, 5))
})

test('BCO counts rewards from their running mean, which has moved after the first step', async () => {
  const [shifted, plain] = [
    await lossesOf(shiftedBco),
    await lossesOf(pairMethod('bco', { beta: 0.1, bco_shift: false })),
  ]
  expect(shifted[0]!.loss).toBeCloseTo(plain[0]!.loss, 5)
  expect(Math.abs(shifted.at(-1)!.loss - plain.at(-1)!.loss)).toBeGreaterThan(1e-3)
})

/** The pair with its longer response cut to the length of the other. */
const cut = (pair: PairUnit): PairUnit => {
  const most = sharedTokens(pair.unit)
  const { chosen, rejected } = pair.unit
  return { ...pair, unit: { ...pair.unit, chosen: chosen.slice(0, most), rejected: rejected.slice(0, most) } }
}

test('LD-DPO: with a weight of 0 the tail might as well not be there, with 1 it is DPO', async () => {
  expect(pairs.some(({ unit }) => responseTokens(unit, 'chosen') !== responseTokens(unit, 'rejected'))).toBe(true)
  const ld = (alpha: number) => lossesOf(pairMethod('ld-dpo', { beta: 0.1, ld_alpha: alpha }))
  const [none, half, all] = [await ld(0), await ld(0.5), await ld(1)]
  const [short, whole] = [await lossesOf(goldenMethod, {}, pairs.map(cut)), await lossesOf(goldenMethod)]
  short.forEach(({ loss, grad_norm }, i) => {
    expect(none[i]!.loss).toBeCloseTo(loss, 4)
    expect(Math.abs(none[i]!.grad_norm / grad_norm - 1)).toBeLessThan(1e-3)
  })
  whole.forEach(({ loss }, i) => expect(all[i]!.loss).toBeCloseTo(loss, 4))
  expect(Math.abs(short.at(-1)!.loss - whole.at(-1)!.loss)).toBeGreaterThan(1e-3)
  // Readings tell of whole responses whatever the loss reads.
  expect(half[0]!['logps/chosen']).toBeCloseTo(whole[0]!['logps/chosen'], 3)
})

test('LD-DPO: the beginnings of responses are told and looked up like other texts of the reference', async () => {
  const ld = pairMethod('ld-dpo', { beta: 0.1, ld_alpha: 0.5 })
  const { events, reference } = await driven(run(ld))
  const told = ofKind(events, 'referenced').flatMap(({ entries }) => entries)
  const beginnings = told.filter(({ text }) => text.kind === 'beginning')
  const uneven = pairs.filter(({ unit }) => responseTokens(unit, 'chosen') !== responseTokens(unit, 'rejected'))
  expect(beginnings).toHaveLength(uneven.length)
  for (const { text, tokens } of beginnings) {
    const { unit } = pairs.find(({ id }) => id === text.pair)!
    expect(tokens).toBe(sharedTokens(unit))
  }
  const again = await driven(run(ld), Infinity, reference)
  expect(ofKind(again.events, 'referenced')).toEqual([])
  expect(ofKind(again.events, 'step')).toEqual(ofKind(events, 'step'))
})

test('WPO: at the reference a pair’s loss is ln 2 times the likelihood of its tokens against the policy’s own', async () => {
  const gpt2 = configs['tiny-gpt2']
  const given = initialWeights(gpt2, 3)
  const bias = Array.from({ length: gpt2.D }, (_, i) => Math.sin(i))
  const [scale, shift] = ['transformer.ln_f.weight', 'transformer.ln_f.bias']
  expect(Object.keys(given)).toEqual(expect.arrayContaining([scale, shift]))
  // Whatever was read, the last norm gives the same state: one distribution for all tokens, which can be worked out by hand.
  const table = floats(
    Float32Array.from(given['transformer.wte.weight']!.data, (x) => 20 * x),
    given['transformer.wte.weight']!.shape,
  )
  const executor = executorWith(backend, given, {
    'transformer.wte.weight': table,
    [scale!]: floats(bias.map(() => 0)),
    [shift!]: floats(bias),
  })
  const logits = Array.from({ length: gpt2.V }, (_, v) =>
    bias.reduce((sum, b, d) => sum + b * table.data[v * gpt2.D + d]!, 0),
  )
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
  const logp = (token: number) => logits[token]! - total
  const logSquares = Math.log(logits.reduce((sum, logit) => sum + Math.exp(2 * (logit - total)), 0))
  const weight = (response: readonly number[]) =>
    Math.exp(response.reduce((sum, token) => sum + logp(token) - logSquares, 0) / response.length)
  const wanted = pairs.map(({ unit }) => Math.LN2 * weight(unit.chosen) * weight(unit.rejected))
  expect(Math.max(...wanted) / Math.min(...wanted)).toBeGreaterThan(1.1)

  const { events } = await driven({
    ...{ executor, config: gpt2, pairs, seed: 1, method: pairMethod('wpo', { beta: 0.1 }) },
    settings: { ...settings, batch_pairs: 4, accumulation: 1, steps: 1 },
  })
  executor.dispose()
  const mean = wanted.reduce((sum, loss) => sum + loss, 0) / wanted.length
  expect(ofKind(events, 'step')[0]!.readings.loss / mean).toBeCloseTo(1, 4)
})

describe('TR-DPO', () => {
  const trDpo = (update: string, every: number, share = 0.6) =>
    pairMethod('tr-dpo', { beta: 0.1, reference_update: update, reference_share: share, reference_every: every })

  test('is DPO until its reference moves; after a hard update the loss is ln 2 again, and readings are told against the first reference', async () => {
    const [hard, dpo] = [await lossesOf(trDpo('hard', 3)), await lossesOf(goldenMethod)]
    for (const step of [0, 1, 2]) expect(hard[step]).toEqual(dpo[step])
    expect(dpo[3]!.loss).toBeLessThan(0.65)
    expect(hard[3]!.loss).toBeCloseTo(Math.LN2, 4)
    expect(hard[4]!.loss).toBeLessThan(hard[3]!.loss)
    expect(hard[3]!['rewards/margins']).toBeCloseTo(dpo[3]!['rewards/margins'], 5)
    expect(hard[4]!['rewards/margins']).toBeGreaterThan(hard[3]!['rewards/margins'])
  })

  test('a soft update goes a part of the way, the whole way with a share of 1', async () => {
    const [soft, whole, hard] = [
      await lossesOf(trDpo('soft', 3)),
      await lossesOf(trDpo('soft', 3, 1)),
      await lossesOf(trDpo('hard', 3)),
    ]
    expect(soft[3]!.loss).toBeLessThan(Math.LN2 - 1e-3)
    expect(soft[3]!.loss).toBeGreaterThan((await lossesOf(goldenMethod))[3]!.loss + 1e-3)
    expect(whole).toEqual(hard)
  })

  test('its reference is the mean of adapters that it should be, in the checkpoint', async () => {
    const method = trDpo('soft', 2, 0.25)
    const [begun, two, four] = [
      await driven(run(method), 1),
      await driven(run(method), 2),
      await driven(run(method), 4),
    ]
    const names = Object.keys(two.checkpoint).filter((name) => name.startsWith('base_model.'))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      const [start, after, last] = [begun, two, four].map(({ checkpoint }) => checkpoint[`reference/${name}`]!.data)
      const [policy, later] = [two, four].map(({ checkpoint }) => checkpoint[name]!.data)
      after!.forEach((value, i) => expect(value).toBeCloseTo(0.75 * start![i]! + 0.25 * policy![i]!, 5))
      last!.forEach((value, i) => expect(value).toBeCloseTo(0.75 * after![i]! + 0.25 * later![i]!, 5))
    }
  })

  test('stopped after its reference moved and resumed, it goes on as if unbroken', async () => {
    const alive = tensorsAlive()
    const method = trDpo('soft', 2)
    const [whole, first, second] = [run(method), run(method), run(method)]
    const unbroken = await driven(whole)
    const begun = await driven(first, 3)
    for (const [name, value] of Object.entries(begun.checkpoint)) second.executor.put(name, value)
    const { probes } = ofKind(begun.events, 'probed')[0]!
    const resumed = await driven({ ...second, resume: { step: 3, probes } }, Infinity, begun.reference)
    const losses = ofKind(unbroken.events, 'step').map(({ readings }) => readings.loss)
    const found = [...ofKind(begun.events, 'step'), ...ofKind(resumed.events, 'step')]
    found.forEach(({ readings }, i) => expect(Math.abs(readings.loss - losses[i]!)).toBeLessThan(1e-5))
    expect(second.executor.names()).toEqual(Object.keys(weights))
    for (const { executor } of [whole, first, second]) executor.dispose()
    expect(tensorsAlive()).toBe(alive)
  })

  test('full tuning has no adapter to move', async () => {
    await expect(lossesOf(trDpo('soft', 2), { tuning: 'full' })).rejects.toThrow('it needs tuning lora')
  })
})
