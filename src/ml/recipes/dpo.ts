// The one recipe of tuning on preferences: from pairs of token ids to a trained model, by direct preference optimisation (Rafailov et al.
// 2023), its family, or answers that are scored, with the three properties of 3D-Properties (Yan et al. 2025) measured on frozen probes
// along the way.
import { layoutOf } from '../data/collate.ts'
import { adamwInputs } from '../optim/adamw.ts'
import { scheduleFactor } from '../optim/schedule.ts'
import type { DpoRun } from './dpo-run.ts'
import { dropRunState, putStartingState, sumShapes, trainedShapes } from './dpo-state.ts'
import { summedGradients, update } from './dpo-step.ts'
import type { DpoEvent } from './events.ts'
import { heldOutAnswers } from './held-out-answers.ts'
import { mismatched } from './kl-estimate.ts'
import type { OnlineMethod } from './online-methods.ts'
import { plannedBatches, progressBefore, runPlan, type RunPlan } from './plan.ts'
import { policyGradients } from './policy-program.ts'
import { namedPair, probeUnit, usedPairs } from './probes.ts'
import { answers, frozenProbes, probeScores } from './probing.ts'
import {
  adamwUpdate,
  dpoGradients,
  gradientName,
  gradientNorm,
  scoreUnits,
  shapesInParts,
  zeroState,
} from './programs.ts'
import { referencePass } from './reference.ts'
import { rolloutGradients } from './rollouts.ts'
import { adapterSettings, optimiserSettings, type DpoSettings } from './settings.ts'

/**
 * Trains with the run's method, of pairs or of prompts, and tells what happens as plain data; see `DpoEvent`. Steps count from 0 and carry
 * TRL's readings from before their update, so DPO's loss of step 0 is ln 2; probes of step s are scored after s updates (s = 0, every `probe_every`, the last).
 * A resumed run tells probes and samples of the step it begins with again, with the same numbers.
 * Stop by `return()` after reading what a checkpoint needs: the adapter, slots and sums are freed then, and at the end.
 * Throws one plain line when there is nothing to train on, when a resumed run misses a part, or when loss or gradient overflow.
 */
export async function* trainDpo(run: DpoRun): AsyncGenerator<DpoEvent, void> {
  const { executor, config, method, settings, seed } = run
  const from = run.resume?.step ?? 0
  const plan = runPlan(run.pairs, settings, seed)
  const shapes = trainedShapes(config, settings)
  const programs = dpoPrograms(run)
  if (method.learns === 'prompts') checkRoom(run, method)
  const byId = new Map(run.pairs.map((pair) => [pair.id, pair]))
  try {
    const untouched = await putStartingState(executor, config, settings, { seed, step: from, summed: isSummed(run) })
    yield {
      kind: 'planned',
      steps: plan.steps,
      step: from,
      train: plan.train.length,
      heldout: plan.heldout.map((pair) => pair.id),
      trainable: Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((size, side) => size * side, 1), 0),
    }
    const probes = run.resume?.probes ?? (yield* frozenProbes(run, plan, untouched))
    yield { kind: 'probed', probes }
    const probed = probes.map((probe) => ({ probe, ...probeUnit(probe, byId) }))
    const batches = plannedBatches(plan, settings.batch_pairs)
    const strangers =
      method.learns === 'pairs' && method.estimatesKl
        ? batches.flatMap((batch) => mismatched(batch, config.context))
        : []
    const { reference, scores } = yield* referencePass(
      executor,
      // A fresh adapter changes nothing: the policy's program then does for both, and one less has to be recorded.
      settings.tuning === 'full' && from > 0 ? null : untouched ? programs.policy : programs.reference,
      // Whoever answers prompts itself reads no reference of the pairs, but for the probes.
      [...(method.learns === 'pairs' ? usedPairs(plan).map(namedPair) : []), ...probed, ...strangers],
      run.reference,
    )
    const units = batches.map((batch) => batch.map(({ unit }) => unit))
    const layout = layoutOf(units, config, programs.gradients.tile)
    let seen = progressBefore(plan, from)
    for (let step = from; ; step++) {
      // Before any update the policy is the reference, whose pass has just run most of the probes.
      const passed = untouched && step === 0 ? scores : undefined
      if (isDue(step, settings.probe_every, plan))
        yield* probeScores(run, programs.policy, probed, reference, step, passed)
      if (isDue(step, settings.probe_every, plan) && method.learns === 'prompts')
        yield* heldOutAnswers(run, method, plan, step)
      if (isDue(step, settings.sample_every, plan)) yield* answers(run, plan, step)
      if (step === plan.steps) break
      if (step > from && step % settings.checkpoint_every === 0) yield { kind: 'checkpoint', step }
      const pairs = plan.pairsOf(step)
      const taught =
        method.learns === 'pairs'
          ? await summedGradients(run, method, { ...programs, layout }, pairs, reference, step)
          : yield* rolloutGradients(run, method, programs, pairs, step)
      seen = { pairs: seen.pairs + pairs.length, tokens: seen.tokens + taught.tokens }
      const learning_rate = learningRateOf(settings, plan, step)
      const inputs = adamwInputs(step + 1, learning_rate, optimiserSettings(settings))
      const grad_norm = await update(executor, programs.update, inputs, step)
      const epoch = seen.pairs / plan.train.length
      const readings = taught.readings({ grad_norm, learning_rate, epoch, num_tokens: seen.tokens })
      yield { kind: 'step', step, readings, pairs: pairs.length, tokens: taught.tokens }
    }
    yield { kind: 'checkpoint', step: plan.steps }
  } finally {
    dropRunState(executor, config, settings)
  }
}

/** The programs of a run, made once: an executor that records programs knows them by identity. */
function dpoPrograms(run: DpoRun) {
  const { config, method, settings } = run
  const lora = adapterSettings(config, settings)
  const shapes = trainedShapes(config, settings)
  const reference = scoreUnits(config, null)
  const how = { lora, trained: Object.keys(shapes), again: settings.recompute }
  return {
    reference,
    policy: lora ? scoreUnits(config, lora) : reference,
    gradients:
      method.learns === 'pairs'
        ? dpoGradients(config, { ...how, method })
        : policyGradients(config, { ...how, method }),
    update: {
      norm: gradientNorm(Object.keys(shapes)),
      sums: Object.keys(shapes).map(gradientName),
      zero: isSummed(run) ? zeroState(sumShapes(shapes)) : null,
      parts: shapesInParts(shapes).map((part) => adamwUpdate(part, optimiserSettings(settings))),
    },
  }
}

/** Throws when a prompt leaves no room for the answers that are to be sampled. */
function checkRoom({ config, pairs }: DpoRun, { responseTokens }: OnlineMethod): void {
  const cramped = pairs.filter(({ prompt }) => prompt.length + responseTokens > config.context)
  if (cramped.length === 0) return
  throw new Error(
    `${cramped.length} of ${pairs.length} prompts leave no room for answers of ${responseTokens} tokens in the model's context of ${config.context}, pair ${cramped[0]!.id} among them. Lower response_tokens, or leave them out of the set.`,
  )
}

/** Whether a step may be more than one batch, whose gradients are summed. */
function isSummed({ method, settings }: DpoRun): boolean {
  return method.learns === 'prompts' || settings.accumulation > 1
}

function learningRateOf(settings: DpoSettings, { steps }: RunPlan, step: number): number {
  return settings.learning_rate * scheduleFactor(settings.schedule, { step, steps, warmup: settings.warmup_steps })
}

/** At the start, every so many steps, and at the end. */
function isDue(step: number, every: number, plan: RunPlan): boolean {
  return step % every === 0 || step === plan.steps
}
