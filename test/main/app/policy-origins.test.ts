// Who counts as the model itself, and that a run is told of it.
import { expect, test } from 'vitest'
import type { Origin } from '#contract'
import { policyOrigin } from '../../../src/main/app/policy-origins.ts'
import { openRunHome, over, request, tinyPairs, tinySettings } from './run-home.ts'

const model = { name: 'tiny', modelHash: 'abc' }
const by = (kind: Origin['kind'], writer: string | null, sampling: Origin['sampling'] = null) =>
  policyOrigin({ kind, writer, sampling }, model)

test.each([
  ['sampled from these weights', by('model', 'another name', { model_hash: 'abc' }), 'on'],
  ['of this name, weights unknown', by('model', 'tiny'), 'on'],
  ['of this name in a file', by('unknown', 'tiny'), 'on'],
  ['of this name, other weights', by('model', 'tiny', { model_hash: 'def' }), 'off'],
  ['of these weights after a run', by('model', 'a run', { model_hash: 'abc', run: 'a run', run_id: 3 }), 'off'],
  ['of another model', by('model', 'other'), 'off'],
  ['a person', by('human', null), 'off'],
  ['an edit', by('edit', null), 'off'],
  ['nobody knows', by('unknown', null), null],
])('%s', (_, found, wanted) => expect(found).toBe(wanted))

test(
  'a run tells both parts where its pairs have both, and only the lengths where they have one',
  { timeout: 180_000 },
  async () => {
    const home = await openRunHome()
    try {
      const own: Origin = { kind: 'model', writer: 'tiny', sampling: null }
      const human: Origin = { kind: 'human', writer: null, sampling: null }
      const filling = home.context.store.pairs.import('both')
      filling.add(
        tinyPairs.map(({ prompt, chosen, rejected }, i) => ({
          ...{ prompt, given: true, extra: {} },
          a: { text: chosen, origin: i % 2 ? own : human },
          b: { text: rejected, origin: own },
        })),
      )
      filling.finish()
      const ended = async (set: string) => {
        const run = await home.runs.handlers['runs.start']({
          ...request({ ...tinySettings, probe_pairs: 8, steps: 4 }),
          set,
        })
        expect((await home.until(run.id, ...over)).reason).toBeNull()
        const readings = home.context.store.readings.list({ run: run.id }).filter(({ step }) => step === 4)
        return Object.fromEntries(readings.map(({ name, value }) => [name, value]))
      }
      const both = await ended('both')
      const [on, off] = ['on', 'off'].map((part) => both[`degradation/train/chosen/${part}_policy`]!)
      expect([on, off].every(Number.isFinite)).toBe(true)
      expect(Math.min(on!, off!)).toBeLessThanOrEqual(both['degradation/train/chosen']!)
      expect(Math.max(on!, off!)).toBeGreaterThanOrEqual(both['degradation/train/chosen']!)
      expect(both).not.toHaveProperty('drop/train/rejected/on_policy')
      const one = await ended('pairs')
      expect(Object.keys(one).filter((name) => name.endsWith('_policy'))).toEqual([])
      expect(one['length/short']).toBeLessThan(one['length/middle']!)
      expect(one).toHaveProperty('drop/train/rejected/long')
    } finally {
      await home.close()
    }
  },
)
