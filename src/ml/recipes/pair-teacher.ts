// Learning from pairs: the method's loss of both responses of each pair, or of answers alone.
import { layoutOf, type Layout } from '../data/collate.ts'
import type { DpoRun } from './dpo-run.ts'
import { trainedShapes } from './dpo-state.ts'
import { summedGradients } from './dpo-step.ts'
import { mismatched } from './kl-estimate.ts'
import { likelihoodProbes } from './likelihood-probes.ts'
import { movedReference } from './moved-reference.ts'
import type { PairMethod } from './pair-method.ts'
import { dpoGradients } from './pair-program.ts'
import { areAlone, plannedBatches, usedPairs, type RunPlan } from './plan.ts'
import { namedInParts, namedPair } from './probes.ts'
import { scoringPrograms } from './programs.ts'
import type { Reference } from './reference.ts'
import { adapterSettings } from './settings.ts'
import type { Teacher } from './teacher.ts'

/** Throws when the pairs are answers alone and the method has no loss of them. */
export function pairTeacher(run: DpoRun, method: PairMethod, plan: RunPlan): Teacher {
  if (areAlone(run.pairs) && !method.ofAnswers)
    throw new Error('This method learns from pairs. Answers alone, good or bad, are for KTO, BCO and APO zero.')
  const { config, settings } = run
  const lora = adapterSettings(config, settings)
  const trained = Object.keys(trainedShapes(config, settings))
  const programs = {
    ...scoringPrograms(config, lora),
    gradients: dpoGradients(config, { lora, trained, again: settings.recompute, method }),
  }
  const moved = movedReference(run, method)
  const probes = likelihoodProbes(run, plan, programs, method.reward)
  const batches = plannedBatches(plan, settings.batch_pairs)
  const units = batches.map((batch) => batch.map(({ unit }) => unit))
  let reference: Reference
  let layout: Layout
  return {
    gradients: programs.gradients,
    updates: 1,
    summed: settings.accumulation > 1,
    async *prepare(untouched) {
      const strangers = method.estimatesKl ? batches.flatMap((batch) => mismatched(batch, config.context)) : []
      reference = yield* probes.prepare(untouched, [
        ...usedPairs(plan).map(method.splits ? namedInParts : namedPair),
        ...strangers,
      ])
      layout = layoutOf(units, config, programs.gradients.tile)
    },
    firstAnswers: probes.firstAnswers,
    measure: probes.measure,
    // The geometry is that of two answers to one prompt.
    ...(areAlone(run.pairs) ? {} : { geometry: probes.geometry }),
    async *learn(pairs, step, { move }) {
      const learnt = await summedGradients(run, method, { ...programs, layout, moved }, pairs, reference, step)
      const grad_norm = await move()
      await moved?.after(step)
      return { ...learnt, grad_norm }
    },
  }
}
