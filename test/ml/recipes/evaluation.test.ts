// Likelihoods of pairs under a policy and under its reference, against PyTorch and PEFT with the adapter on and off.
import { expect, test } from 'vitest'
import { evaluationFigures } from '../../../src/ml/evaluation/figures.ts'
import { pairLikelihoods, withReference } from '../../../src/ml/recipes/evaluation.ts'
import type { ReferenceText } from '../../../src/ml/recipes/probes.ts'
import { adapterSettings } from '../../../src/ml/recipes/settings.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { executorWith, goldenSettings, pairUnits } from './runs.ts'

const backend = await openBackend()
const config = configs['tiny-llama']
const adapter = adapterSettings(config, { ...goldenSettings, tuning: 'lora' })
const golden = await fixture<{ token_ids: Ids[]; fp32: { logps_adapter_on: number[]; logps_adapter_off: number[] } }>(
  'tiny-llama-lora',
)
const pairs = pairUnits(golden.token_ids)
const weights = {
  ...(await fixtureWeights('tiny-llama/model.safetensors')),
  ...(await fixtureWeights('tiny-llama-lora/adapter_model.safetensors')),
}

/** Follows a generator to its end; keeps what it yielded. */
async function followed<Y, R>(recipe: AsyncGenerator<Y, R>): Promise<{ told: Y[]; result: R }> {
  const told: Y[] = []
  for (let next = await recipe.next(); ; next = await recipe.next()) {
    if (next.done) return { told, result: next.value }
    told.push(next.value)
  }
}

test('a policy with its adapter, and the bare weights beside it as its reference', async () => {
  const before = tensorsAlive()
  const executor = executorWith(backend, weights)
  const { told, result: likelihoods } = await followed(pairLikelihoods({ executor, config, adapter }, pairs))
  expect(told.at(-1)).toEqual({ kind: 'doing', text: 'scoring pairs, 4 of 4 pairs', progress: 1 })

  const half = (text: ReferenceText) => (text.kind === 'pair' && text.pair < 2 ? -10 * (text.pair + 1) : undefined)
  const { told: computed, result } = await followed(withReference(likelihoods, { executor, config }, pairs, half))
  executor.dispose()
  expect(tensorsAlive()).toBe(before)

  const { logps_adapter_on: on, logps_adapter_off: off } = golden.fp32
  pairs.forEach(({ id, unit }, i) => {
    const { chosen, rejected } = result.get(id)!
    expect(chosen.logp).toBeCloseTo(on[i]!, 3)
    expect(rejected.logp).toBeCloseTo(on[i + 4]!, 3)
    expect([chosen.tokens, rejected.tokens]).toEqual([unit.chosen.length, unit.rejected.length])
    expect(chosen.reference).toBeCloseTo(i < 2 ? -10 * (i + 1) : off[i]!, 3)
    expect(rejected.reference).toBeCloseTo(i < 2 ? -10 * (i + 1) : off[i + 4]!, 3)
  })
  // What was known is not computed again.
  const entries = computed.flatMap((event) => (event.kind === 'referenced' ? event.entries : []))
  expect(new Set(entries.map(({ text }) => text.pair))).toEqual(new Set([2, 3]))

  const { pairs: figures } = evaluationFigures(
    [...result.values()].map((likelihood) => ({ likelihood, answers: [] })),
    { scored: false },
  )
  const preferred = [0, 1, 2, 3].filter((i) => on[i]! > on[i + 4]!).length
  expect(figures!.accuracy).toMatchObject({ passed: preferred, of: 4 })
})

test('a model without an adapter has no reference', async () => {
  const executor = executorWith(backend, weights)
  const { result } = await followed(pairLikelihoods({ executor, config, adapter: null }, pairs))
  executor.dispose()
  pairs.forEach(({ id }, i) => {
    expect(result.get(id)!.chosen.logp).toBeCloseTo(golden.fp32.logps_adapter_off[i]!, 3)
    expect(result.get(id)!.chosen.reference).toBeNull()
  })
})
