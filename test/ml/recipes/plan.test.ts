// The plan of a run and its probes, on generated sets: who is held out, who is trained on when, what is measured.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contextNeeded, unitTokens } from '../../../src/ml/data/units.ts'
import {
  plannedBatches,
  progressBefore,
  promptKey,
  runPlan,
  usedPairs,
  type PairUnit,
} from '../../../src/ml/recipes/plan.ts'
import { chosenProbes, probeUnit, unseenPrompts } from '../../../src/ml/recipes/probes.ts'
import type { DpoSettings } from '../../../src/ml/recipes/settings.ts'
import { configs } from '../../parity/tiny-models.ts'
import { goldenSettings } from './runs.ts'

/** Pairs 10, 11, ... whose prompts are drawn from a few, so that some share one. */
const pairsOf = (prompts: number[]): PairUnit[] =>
  prompts.map((prompt, i) => ({
    id: 10 + i,
    prompt: [7, prompt],
    unit: { shared: [7, prompt], chosen: [i, 1], rejected: [i, 2, 3], chosenFrom: 0, rejectedFrom: 0 },
  }))

const set = fc.record({
  prompts: fc.array(fc.nat(30), { minLength: 1, maxLength: 40 }),
  seed: fc.nat(1000),
  batch_pairs: fc.integer({ min: 1, max: 5 }),
  accumulation: fc.integer({ min: 1, max: 3 }),
  heldout_pairs: fc.nat(10),
  epochs: fc.integer({ min: 1, max: 3 }),
})

const settingsOf = (changes: Partial<DpoSettings>): DpoSettings => ({ ...goldenSettings, steps: null, ...changes })

test('held-out pairs are few and share no prompt with training; each epoch visits every training pair once', () => {
  fc.assert(
    fc.property(set, ({ prompts, seed, ...changes }) => {
      const pairs = pairsOf(prompts)
      const settings = settingsOf(changes)
      const plan = runPlan(pairs, settings, seed)
      expect(plan.heldout.length).toBeLessThanOrEqual(Math.min(settings.heldout_pairs, pairs.length / 5))
      expect(plan.heldout.length + plan.train.length).toBe(pairs.length)
      const trainedPrompts = new Set(plan.train.map(promptKey))
      expect(plan.heldout.some((pair) => trainedPrompts.has(promptKey(pair)))).toBe(false)

      expect(plan.steps).toBe(settings.epochs * plan.stepsPerEpoch)
      for (let epoch = 0; epoch < settings.epochs; epoch++) {
        const steps = Array.from({ length: plan.stepsPerEpoch }, (_, i) => plan.pairsOf(epoch * plan.stepsPerEpoch + i))
        const visited = steps.flat().map((pair) => pair.id)
        expect(visited.toSorted((a, b) => a - b)).toEqual(plan.train.map((pair) => pair.id))
        expect(steps.every((step) => step.length >= 1)).toBe(true)
        expect(Math.max(...steps.map((step) => step.length))).toBeLessThanOrEqual(
          settings.batch_pairs * settings.accumulation,
        )
      }
      const batches = plannedBatches(plan, settings.batch_pairs)
      const inOrder = Array.from({ length: plan.steps }, (_, step) => plan.pairsOf(step)).flat()
      expect(batches.flat()).toEqual(inOrder)
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(settings.batch_pairs)
      expect(batches.length).toBeLessThanOrEqual(plan.steps * settings.accumulation)
      const all = progressBefore(plan, plan.steps)
      expect(all.pairs).toBe(settings.epochs * plan.train.length)
      expect(all.tokens).toBe(settings.epochs * plan.train.reduce((sum, pair) => sum + unitTokens(pair.unit), 0))
    }),
  )
})

test('any step of a plan can be asked for alone, and comes out the same', () => {
  const pairs = pairsOf(Array.from({ length: 23 }, (_, i) => i))
  const settings = settingsOf({ epochs: 3, batch_pairs: 4 })
  const inOrder = runPlan(pairs, settings, 4)
  const steps = Array.from({ length: inOrder.steps }, (_, step) => inOrder.pairsOf(step))
  for (const step of [17, 2, 9, 0]) expect(runPlan(pairs, settings, 4).pairsOf(step)).toEqual(steps[step])
  expect(steps[0]).not.toEqual(steps[6])
  expect(runPlan(pairs, settings, 5).pairsOf(0)).not.toEqual(steps[0])
})

test('steps win over epochs; a fraction of an epoch is at least one step', () => {
  const pairs = pairsOf([1, 2, 3, 4, 5, 6, 7, 8])
  expect(runPlan(pairs, settingsOf({ epochs: 5, steps: 3 }), 0).steps).toBe(3)
  expect(runPlan(pairs, settingsOf({ epochs: 0.001, batch_pairs: 1 }), 0).steps).toBe(1)
  expect(runPlan(pairs, settingsOf({ epochs: 1.5, batch_pairs: 2 }), 0).steps).toBe(6)
})

test('probes: training pairs that are used, all held-out pairs, and strangers after unseen prompts', () => {
  const config = configs['tiny-llama']
  fc.assert(
    fc.property(set, fc.nat(12), fc.nat(12), ({ prompts, seed, ...changes }, probe_pairs, probe_others) => {
      const pairs = pairsOf(prompts)
      const settings = { ...settingsOf(changes), probe_pairs, probe_others, steps: 2 }
      const plan = runPlan(pairs, settings, seed)
      const probes = chosenProbes(plan, config, settings, seed)
      expect(probes.map((probe) => probe.index)).toEqual(probes.map((_, i) => i))
      const of = (kind: string) => probes.filter((probe) => probe.kind === kind)
      const used = usedPairs(plan).map((pair) => pair.id)
      expect(of('train').every((probe) => used.includes(probe.pair))).toBe(true)
      expect(of('train')).toHaveLength(Math.min(probe_pairs, used.length))
      expect(of('heldout').map((probe) => probe.pair)).toEqual(plan.heldout.map((pair) => pair.id))

      const byId = new Map(pairs.map((pair) => [pair.id, pair]))
      const others = of('other').map((probe) => probeUnit(probe, byId).unit)
      expect(new Set(others.map((unit) => JSON.stringify(unit))).size).toBe(others.length)
      const askable = unseenPrompts(plan, seed)
      for (const probe of of('other')) {
        if (probe.kind !== 'other') continue
        expect(askable.map((pair) => pair.id)).toContain(probe.pair)
        expect(promptKey(byId.get(probe.answer)!)).not.toBe(promptKey(byId.get(probe.pair)!))
        expect(plan.heldout.map((pair) => pair.id)).not.toContain(probe.answer)
        const { unit } = probeUnit(probe, byId)
        expect([unit.shared, unit.chosen]).toEqual([byId.get(probe.pair)!.prompt, byId.get(probe.answer)!.unit.chosen])
      }
    }),
  )
})

test('a stranger that does not fit the context is not used', () => {
  const pairs = pairsOf([1, 2, 3, 4])
  const settings = { ...settingsOf({}), probe_others: 8 }
  const plan = runPlan(pairs, settings, 0)
  expect(chosenProbes(plan, { ...configs['tiny-llama'], context: 4 }, settings, 0)).toHaveLength(4 + 8)
  expect(chosenProbes(plan, { ...configs['tiny-llama'], context: 3 }, settings, 0)).toHaveLength(4)
  expect(contextNeeded(pairs[0]!.unit)).toBe(5)
})
