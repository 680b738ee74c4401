// A weighted sum of methods is the sum of what each would be alone, what they carry included.
import { expect, test } from 'vitest'
import { pairMethod } from '../../../src/ml/recipes/pair-methods.ts'
import { summed } from '../../../src/ml/recipes/summed-methods.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { driven, executorWith, goldenSettings, ofKind, pairUnits } from './runs.ts'

const backend = (await openBackend()) === 'native' ? 'native' : 'cpu'
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const pairs = pairUnits(ids)
const weights = await fixtureWeights('tiny-llama/model.safetensors')

const values = {
  ...{ beta: 0.1, label_smoothing: 0, divergence: 'reverse_kl', divergence_alpha: 0.5, gamma: 0.05 },
  ...{ bco_shift: true, beta_gain: 0.6, filter_rate: 0.25, ld_alpha: 0.5, desirable_weight: 1, undesirable_weight: 1 },
}
const sum = (...terms: string[]) => pairMethod('weighted-sum', { ...values, terms })

/** Readings of steps, by default at a rate of 0, so that all methods see the same policy: one that has moved from the reference. */
async function readingsOf(method: ReturnType<typeof pairMethod>, learning_rate = 0) {
  const alive = tensorsAlive()
  const executor = executorWith(backend, weights)
  const settings = { ...goldenSettings, learning_rate, steps: 3, batch_pairs: 2, accumulation: 2, probe_every: 3 }
  // A reference at some distance.
  const reference = new Map(
    pairs.flatMap(({ id, unit }) => {
      const side = (name: 'chosen' | 'rejected') => [`pair/${id}/${name}`, -5.4 * unit[name].length - id] as const
      const shared = Math.min(unit.chosen.length, unit.rejected.length)
      const parts = (['chosen', 'rejected'] as const).map(
        (name) => [`beginning/${id}/${name}/${shared}`, -5.4 * shared] as const,
      )
      return [side('chosen'), side('rejected'), ...parts]
    }),
  )
  const { events, checkpoint } = await driven(
    { executor, config, method, pairs, settings, seed: 2 },
    Infinity,
    reference,
  )
  executor.dispose()
  expect(tensorsAlive()).toBe(alive)
  return { steps: ofKind(events, 'step').map(({ readings }) => readings), checkpoint }
}

test('losses add up by their weights, whatever each term reads of a batch and carries', async () => {
  const names = ['dpo', 'bco', 'beta-dpo', 'ld-dpo', 'kto', 'wpo', 'sft'] as const
  const factors = [0.8, 0.2, 0.5, 0.3, 2, 0.4, 1]
  const alone: Awaited<ReturnType<typeof readingsOf>>[] = []
  for (const name of names) alone.push(await readingsOf(pairMethod(name, values)))
  const all = await readingsOf(sum(...names.map((name, i) => `${name}*${factors[i]!}`)))
  all.steps.forEach(({ loss, ...readings }, step) => {
    const wanted = alone.reduce((total, { steps }, i) => total + factors[i]! * steps[step]!.loss, 0)
    expect(Math.abs(loss - wanted)).toBeLessThan(1e-4 * wanted)
    // The first term's.
    expect(readings['rewards/margins']).toBe(alone[0]!.steps[step]!['rewards/margins'])
  })
  const carried = Object.keys(all.checkpoint).filter((name) => name.startsWith('carried/'))
  expect(carried.toSorted()).toEqual([
    ...['carried/bco/count', 'carried/bco/mean'],
    ...['carried/beta-dpo/batches', 'carried/beta-dpo/deviation', 'carried/beta-dpo/mean'],
  ])
  expect(all.checkpoint['carried/bco/mean']!.data[0]).toBeCloseTo(alone[1]!.checkpoint['carried/mean']!.data[0]!, 5)
})

test('a sum of one term is that method, and a weight is a factor of its gradient', async () => {
  const [one, two] = [await readingsOf(sum('dpo*1'), 1e-3), await readingsOf(pairMethod('dpo', values), 1e-3)]
  expect(one.steps).toEqual(two.steps)
  const [doubled, plain] = [await readingsOf(sum('dpo*2')), await readingsOf(sum('dpo*1'))]
  doubled.steps.forEach(({ grad_norm }, i) => expect(grad_norm / plain.steps[i]!.grad_norm).toBeCloseTo(2, 4))
})

test('what cannot be a term says so', () => {
  expect(() => sum('kpo*1')).toThrow("There is no method 'kpo'")
  expect(() => sum('dpo*0')).toThrow('Setting terms must name methods with weights above 0')
  expect(() => sum()).toThrow('Setting terms must name methods with weights above 0')
  const moving = pairMethod('tr-dpo', { beta: 0.1, reference_update: 'hard', reference_every: 2 })
  expect(() => summed([{ name: 'tr-dpo', weight: 1, method: moving }])).toThrow('A method whose reference moves')
})
