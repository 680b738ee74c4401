// Learning a reward model from pairs, and measuring it on pairs that it never saw.
import { collate, layoutOf } from '../data/collate.ts'
import {
  calibrationError,
  rewardAccuracy,
  rewardLogLoss,
  rewardReadings,
  type RewardedPair,
} from '../diagnostics/rewards.ts'
import { mean } from '../diagnostics/quantiles.ts'
import { responsesAtOnce } from '../head/tiles.ts'
import { floats, ints } from '../program.ts'
import { randomStream } from '../random.ts'
import type { DpoRun } from './dpo-run.ts'
import { trainedShapes } from './dpo-state.ts'
import { doing } from './events.ts'
import { labelInputs, pairWeights } from './label-use.ts'
import { inBatches, plannedBatches, tokensOf, type RunPlan } from './plan.ts'
import { chosenProbes, probeUnit, type NamedUnit, type RunProbe } from './probes.ts'
import type { RewardMethod } from './reward-method.ts'
import { responseEnds, rewardGradients, scoreRewards } from './reward-programs.ts'
import { rewardedBatches } from './reward-scoring.ts'
import { adapterSettings } from './settings.ts'
import type { Teacher } from './teacher.ts'

export function rewardTeacher(run: DpoRun, method: RewardMethod, plan: RunPlan): Teacher {
  const { executor, config, settings, seed } = run
  const lora = adapterSettings(config, settings)
  const trained = Object.keys(trainedShapes(config, settings, method.head))
  const gradients = rewardGradients(config, { lora, method, trained, again: settings.recompute })
  const scoring = scoreRewards(config, lora)
  const byId = new Map(run.pairs.map((pair) => [pair.id, pair]))
  const batches = plannedBatches(plan, settings.batch_pairs).map((batch) => batch.map(({ unit }) => unit))
  const layout = layoutOf(batches, config, responsesAtOnce(config.V))
  let probed: (NamedUnit & { probe: RunProbe })[] = []
  return {
    gradients,
    updates: 1,
    summed: settings.accumulation > 1,

    async *prepare() {
      const probes = run.resume?.probes ?? run.begin?.probes ?? chosenProbes(plan, config, settings, seed)
      yield { kind: 'probed', probes }
      probed = probes.map((probe) => ({ probe, ...probeUnit(probe, byId) }))
    },

    async *measure(step) {
      const found: { kind: RunProbe['kind']; pair: RewardedPair }[] = []
      for await (const part of rewardedBatches(executor, scoring, probed)) {
        for (const { item, chosen, rejected } of part)
          if (rejected !== null) found.push({ kind: item.probe.kind, pair: { chosen, rejected } })
        yield doing('scoring probes', found.length, probed.length, 'probes')
      }
      const of = (kind: RunProbe['kind']) => found.filter((one) => one.kind === kind).map(({ pair }) => pair)
      const [train, heldout] = [of('train'), of('heldout')]
      yield {
        kind: 'checked',
        step,
        readings: {
          ...(train.length > 0 ? { 'probe/train/reward_accuracy': rewardAccuracy(train) } : {}),
          ...(heldout.length > 0 ? heldOutReadings(heldout) : {}),
        },
      }
    },

    async *learn(pairs, step, { move }) {
      const learnt: RewardedPair[] = []
      const weights = inBatches(pairWeights(pairs, method.labels, run.pairs), settings.batch_pairs)
      let loss = 0
      for (const [b, batch] of inBatches(pairs, settings.batch_pairs).entries()) {
        const units = batch.map(({ unit }) => unit)
        const { losses, rewards } = await executor.run(gradients, {
          ...collate(units, layout),
          ends: { ...responseEnds(units), shape: [units.length, 2] },
          ...labelInputs(batch, method.labels),
          pair_weight: floats(weights[b]!.map((weight) => weight / pairs.length)),
          dropout_seed: ints([randomStream(seed, 'dropout', step).integer(b, 2 ** 24)], []),
        })
        batch.forEach((_, i) => {
          loss += (weights[b]![i]! * losses!.data[i]!) / pairs.length
          learnt.push({ chosen: rewards!.data[2 * i]!, rejected: rewards!.data[2 * i + 1]! })
        })
      }
      const grad_norm = await move()
      const readings = rewardReadings(learnt)
      return { tokens: tokensOf(pairs), grad_norm, readings: (update) => ({ loss, ...update, ...readings }) }
    },
  }
}

function heldOutReadings(pairs: readonly RewardedPair[]) {
  return {
    'probe/heldout/reward_accuracy': rewardAccuracy(pairs),
    'probe/heldout/reward_margin': mean(pairs.map(({ chosen, rejected }) => chosen - rejected)),
    'probe/heldout/log_loss': rewardLogLoss(pairs),
    'probe/heldout/calibration_error': calibrationError(pairs),
  }
}
