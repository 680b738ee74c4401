// Measures of pairs against PyTorch in float64 (fixtures/make_pair_measures.py), under each executor, alone and packed together.
import { describe, expect, test } from 'vitest'
import { measuredBatches, type PairMeasures } from '../../src/ml/recipes/pair-measuring.ts'
import type { PairUnit } from '../../src/ml/recipes/plan.ts'
import type { Executor } from '../../src/ml/program.ts'
import { tensorsAlive } from '../ml/backend.ts'
import { executorWith, pairUnits } from '../ml/recipes/runs.ts'
import { openWays } from './executors.ts'
import { configs, fixture, fixtureWeights, type Ids } from './tiny-models.ts'

type Wanted = Omit<PairMeasures, 'chesNormalised' | 'editDistance'> & {
  ches_normalised: number
  edit_distance: number
  scale: number
  scale_normalised: number
}

const ways = await openWays()
const golden = await fixture<Record<keyof typeof configs, Wanted[]>>('pair-measures')

async function measured(executor: Executor, name: keyof typeof configs, pairs: readonly PairUnit[]) {
  const found = new Map<number, PairMeasures>()
  for await (const batch of measuredBatches(executor, configs[name], pairs))
    for (const { pair, measures } of batch) found.set(pair.id, measures)
  return pairs.map(({ id }) => found.get(id)!)
}

describe.each(Object.keys(configs) as (keyof typeof configs)[])('%s', async (name) => {
  const { token_ids } = await fixture<{ token_ids: Ids[] }>(name)
  const weights = await fixtureWeights(`${name}/model.safetensors`)
  const pairs = pairUnits(token_ids)

  test.each(ways)('$way: CHES and the others are those of PyTorch', async ({ open }) => {
    const before = tensorsAlive()
    const executor = executorWith(open(), weights)
    const together = await measured(executor, name, pairs)
    const alone = await Promise.all(pairs.map(async (pair) => (await measured(executor, name, [pair]))[0]!))
    executor.dispose()
    expect(tensorsAlive()).toBe(before)
    for (const measures of [together, alone])
      measures.forEach((own, i) => {
        const wanted = golden[name][i]!
        // float32 states: errors grow with what CHES is a difference of.
        expect(Math.abs(own.ches - wanted.ches) / wanted.scale).toBeLessThan(1e-5)
        expect(Math.abs(own.ches / wanted.ches - 1)).toBeLessThan(1e-4)
        expect(Math.abs(own.chesNormalised - wanted.ches_normalised)).toBeLessThan(1e-4)
        expect(Math.abs(own.overlap - wanted.overlap)).toBeLessThan(1e-5)
        expect(own.editDistance).toBeCloseTo(wanted.edit_distance, 12)
        for (const side of ['chosen', 'rejected'] as const) {
          expect(Math.abs(own[side].logp - wanted[side].logp)).toBeLessThan(1e-4)
          expect(own[side].tokens).toBe(wanted[side].tokens)
        }
      })
  })

  test('prompt tokens that begin a response are read and not counted', async () => {
    const executor = executorWith(ways[0]!.open(), weights)
    const shifted = pairs.map((pair) => ({
      ...pair,
      unit: {
        shared: pair.unit.shared.slice(0, -1),
        chosen: [pair.unit.shared.at(-1)!, ...pair.unit.chosen],
        rejected: [pair.unit.shared.at(-1)!, ...pair.unit.rejected],
        ...{ chosenFrom: 1, rejectedFrom: 1 },
      },
    }))
    const [plain, moved] = [await measured(executor, name, pairs), await measured(executor, name, shifted)]
    executor.dispose()
    moved.forEach(({ ches, editDistance, chosen }, i) => {
      expect(Math.abs(ches - plain[i]!.ches) / golden[name][i]!.scale).toBeLessThan(1e-5)
      expect(editDistance).toBe(plain[i]!.editDistance)
      expect(chosen.tokens).toBe(plain[i]!.chosen.tokens)
    })
  })
})
