// Who stands in for whom in KTO's estimate, and what the estimate is, against scores of single texts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneSidedUnit } from '../../../src/ml/data/units.ts'
import { estimatedKl, mismatched } from '../../../src/ml/recipes/kl-estimate.ts'
import { scoreUnits } from '../../../src/ml/recipes/programs.ts'
import { scoredBatches } from '../../../src/ml/recipes/scoring.ts'
import { configs, fixture, fixtureWeights, type Ids } from '../../parity/tiny-models.ts'
import { openBackend } from '../backend.ts'
import { executorWith, pairUnits } from './runs.ts'

const backend = (await openBackend()) === 'native' ? 'native' : 'cpu'
const config = configs['tiny-llama']
const { token_ids: ids } = await fixture<{ token_ids: Ids[] }>('tiny-llama')
const pairs = pairUnits(ids)

test('each prompt gets the next chosen response, none its own, and what is too long is left out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: pairs.length }), (count) => {
      const batch = pairs.slice(0, count)
      const found = mismatched(batch, 1000)
      expect(found).toHaveLength(count < 2 ? 0 : count)
      found.forEach(({ unit, chosen }, i) => {
        const answer = batch[(i + 1) % count]!
        expect(chosen).toEqual({ kind: 'other', pair: batch[i]!.id, answer: answer.id })
        expect(unit).toEqual(oneSidedUnit(batch[i]!.prompt, answer.unit.chosen))
      })
    }),
  )
  const longest = Math.max(...mismatched(pairs, 1000).map(({ unit }) => unit.shared.length + unit.chosen.length))
  expect(mismatched(pairs, longest - 1).length).toBeLessThan(pairs.length)
})

test('the mean difference from the reference, never below zero', async () => {
  const executor = executorWith(backend, await fixtureWeights('tiny-llama/model.safetensors'))
  const program = scoreUnits(config, null)
  const batch = mismatched(pairs, 1000)
  const logps = new Map<unknown, number>()
  for await (const scored of scoredBatches(executor, program, batch))
    for (const { item, chosen } of scored) logps.set(item.chosen, chosen.logp)
  const against = (shift: number) => estimatedKl(executor, program, batch, (text) => logps.get(text)! - shift)
  expect(await against(0.5)).toBeCloseTo(0.5, 4)
  expect(await against(-0.5)).toBe(0)
  expect(await estimatedKl(executor, program, [], () => 0)).toBe(0)
  executor.dispose()
})
