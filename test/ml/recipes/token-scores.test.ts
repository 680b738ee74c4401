// Log-probabilities of single tokens against PyTorch: token by token of one response, and summed of all, with an adapter and without.
import { expect, test } from 'vitest'
import { scoreUnits } from '../../../src/ml/recipes/programs.ts'
import { adapterSettings } from '../../../src/ml/recipes/settings.ts'
import { tokenLogProbs } from '../../../src/ml/recipes/token-scores.ts'
import { configs, fixture, fixtureWeights, type Golden, type Ids } from '../../parity/tiny-models.ts'
import { openBackend, tensorsAlive } from '../backend.ts'
import { executorWith, goldenSettings, pairUnits } from './runs.ts'

const backend = await openBackend()
const config = configs['tiny-llama']
const weights = await fixtureWeights('tiny-llama/model.safetensors')
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

test('each token of a response is what PyTorch finds it to be', async () => {
  const golden = await fixture<{ token_ids: Ids[]; fp32: Golden }>('tiny-llama')
  const before = tensorsAlive()
  const executor = executorWith(backend, weights)
  const { unit } = pairUnits(golden.token_ids)[3]!
  const { chosen, rejected } = await tokenLogProbs(executor, scoreUnits(config, null), unit)
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
  expect([chosen.length, rejected.length]).toEqual([unit.chosen.length, unit.rejected.length])
  golden.fp32.token_logps_seq3.forEach((logp, t) => expect(Math.abs(chosen[t]! - logp)).toBeLessThan(1e-4))
  expect(chosen).toHaveLength(golden.fp32.token_logps_seq3.length)
})

test('both sides sum to the scores of their responses; tokens of the prompt are not among them', async () => {
  const golden = await fixture<{ token_ids: Ids[]; fp32: { logps_adapter_on: number[] } }>('tiny-llama-lora')
  const adapter = adapterSettings(config, { ...goldenSettings, tuning: 'lora' })
  const before = tensorsAlive()
  const executor = executorWith(backend, weights, await fixtureWeights('tiny-llama-lora/adapter_model.safetensors'))
  const program = scoreUnits(config, adapter)
  for (const [i, { unit }] of pairUnits(golden.token_ids).entries()) {
    const { chosen, rejected } = await tokenLogProbs(executor, program, unit)
    expect(sum(chosen)).toBeCloseTo(golden.fp32.logps_adapter_on[i]!, 3)
    expect(sum(rejected)).toBeCloseTo(golden.fp32.logps_adapter_on[i + 4]!, 3)
    // The same prompt, its last token written before each response: read, not scored.
    const last = unit.shared.at(-1)!
    const parted = {
      ...{ shared: unit.shared.slice(0, -1), chosen: [last, ...unit.chosen], rejected: [last, ...unit.rejected] },
      ...{ chosenFrom: 1, rejectedFrom: 1 },
    }
    const again = await tokenLogProbs(executor, program, parted)
    expect(again.chosen).toHaveLength(chosen.length)
    again.rejected.forEach((logp, t) => expect(Math.abs(logp - rejected[t]!)).toBeLessThan(1e-4))
  }
  executor.dispose()
  expect(tensorsAlive()).toBe(before)
})
