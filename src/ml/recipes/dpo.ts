// The one recipe of tuning on preferences: from pairs of token ids to a trained model, by direct preference optimisation (Rafailov et al.
// 2023), its family, answers that are scored, or as a reward model, with the three properties of 3D-Properties (Yan et al. 2025) measured
// on frozen probes along the way.
import { adamwInputs } from '../optim/adamw.ts'
import { scheduleFactor } from '../optim/schedule.ts'
import type { DpoRun } from './dpo-run.ts'
import { dropRunState, putStartingState, sumShapes, trainedShapes } from './dpo-state.ts'
import { forgetGradients, update } from './dpo-step.ts'
import type { DpoEvent } from './events.ts'
import { measuringIntervals } from './measuring.ts'
import { pairTeacher } from './pair-teacher.ts'
import { progressBefore, runPlan, type RunPlan } from './plan.ts'
import { answers } from './probing.ts'
import { adamwUpdate, gradientName, gradientNorm, shapesInParts, zeroState } from './programs.ts'
import { promptTeacher } from './prompt-teacher.ts'
import { rewardTeacher } from './reward-teacher.ts'
import { optimiserSettings, type DpoSettings } from './settings.ts'
import type { Teacher } from './teacher.ts'

/**
 * Trains with the run's method, of pairs or of prompts, and tells what happens as plain data; see `DpoEvent`. Steps count from 0 and carry
 * TRL's readings from before their update, so DPO's loss of step 0 is ln 2; probes of step s are scored after s steps (s = 0, every `probe_every`, the last),
 * their gradients compared likewise (`geometry_every`).
 * A resumed run tells probes and samples of the step it begins with again, with the same numbers.
 * Stop by `return()` after reading what a checkpoint needs: the adapter, slots and sums are freed then, and at the end.
 * Throws one plain line when there is nothing to train on, when a resumed run misses a part, or when loss or gradient overflow.
 */
export async function* trainDpo(run: DpoRun): AsyncGenerator<DpoEvent, void> {
  const { executor, config, method, settings, seed } = run
  const from = run.resume?.step ?? 0
  const plan = runPlan(run.pairs, settings, seed)
  const shapes = trainedShapes(config, settings, method.head)
  const teacher = teacherOf(run, plan)
  const every = measuringIntervals(plan, settings, { config, outOfDomain: run.outOfDomain?.length })
  const programs = {
    norm: gradientNorm(Object.keys(shapes)),
    sums: Object.keys(shapes).map(gradientName),
    zero: teacher.summed ? zeroState(sumShapes(shapes)) : null,
    parts: shapesInParts(shapes).map((part) => adamwUpdate(part, optimiserSettings(settings))),
  }
  try {
    const untouched = await putStartingState(executor, config, settings, {
      ...{ method, seed, step: from, summed: teacher.summed },
    })
    yield {
      kind: 'planned',
      steps: plan.steps,
      step: from,
      train: plan.train.length,
      heldout: plan.heldout.map((pair) => pair.id),
      trainable: Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((size, side) => size * side, 1), 0),
    }
    yield* teacher.prepare(untouched)
    if (!run.resume) await run.begin?.put()
    let seen = progressBefore(plan, from)
    for (let step = from; ; step++) {
      if (isDue(step, every.probe_every, plan)) yield* teacher.measure(step)
      if (teacher.geometry && isDue(step, every.geometry_every, plan)) yield* teacher.geometry(step)
      if (isDue(step, every.sample_every, plan))
        yield* answers(run, plan, step, step === 0 ? teacher.firstAnswers?.() : null)
      if (step === plan.steps) break
      if (step > from && step % settings.checkpoint_every === 0) yield { kind: 'checkpoint', step }
      const pairs = plan.pairsOf(step)
      const learning_rate = learningRateOf(settings, plan, step)
      const taught = yield* teacher.learn(pairs, step, {
        move(nth = 0) {
          // An update that a step leaves out is counted all the same: what it is then follows from the step alone.
          const inputs = adamwInputs(step * teacher.updates + nth + 1, learning_rate, optimiserSettings(settings))
          return update(executor, programs, inputs, step)
        },
        forget: () => forgetGradients(executor, programs),
      })
      seen = { pairs: seen.pairs + pairs.length, tokens: seen.tokens + taught.tokens }
      const epoch = seen.pairs / plan.train.length
      const { grad_norm, tokens } = taught
      const readings = taught.readings({ grad_norm, learning_rate, epoch, num_tokens: seen.tokens })
      yield { kind: 'step', step, readings, pairs: pairs.length, tokens }
    }
    yield { kind: 'checkpoint', step: plan.steps }
  } finally {
    dropRunState(executor, config, settings, method)
  }
}

/** Its programs are made once: an executor that records programs knows them by identity. */
function teacherOf(run: DpoRun, plan: RunPlan): Teacher {
  switch (run.method.learns) {
    case 'pairs':
      return pairTeacher(run, run.method, plan)
    case 'prompts':
      return promptTeacher(run, run.method, plan)
    case 'rewards':
      return rewardTeacher(run, run.method, plan)
  }
}

function learningRateOf(settings: DpoSettings, { steps }: RunPlan, step: number): number {
  return settings.learning_rate * scheduleFactor(settings.schedule, { step, steps, warmup: settings.warmup_steps })
}

/** At the start, every so many steps, and at the end. */
function isDue(step: number, every: number, plan: RunPlan): boolean {
  return step % every === 0 || step === plan.steps
}
