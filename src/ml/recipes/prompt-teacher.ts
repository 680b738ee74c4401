// Learning from prompts: the policy answers them itself.
import type { DpoRun } from './dpo-run.ts'
import { trainedShapes } from './dpo-state.ts'
import { heldOutAnswers } from './held-out-answers.ts'
import { likelihoodProbes } from './likelihood-probes.ts'
import type { OnlineMethod, OnlinePairs, PolicyGradient } from './online-methods.ts'
import { onlinePairStep } from './online-pairs.ts'
import { dpoGradients } from './pair-program.ts'
import type { RunPlan } from './plan.ts'
import { policyGradients } from './policy-program.ts'
import { learntOnce, policyStep } from './policy-step.ts'
import { scoreUnits, scoringPrograms } from './programs.ts'
import { adapterSettings } from './settings.ts'
import type { Teacher } from './teacher.ts'

/** Throws when a prompt leaves no room for the answers that are to be sampled. */
export function promptTeacher(run: DpoRun, method: OnlineMethod, plan: RunPlan): Teacher {
  checkRoom(run, method)
  const lora = adapterSettings(run.config, run.settings)
  const scoring = scoringPrograms(run.config, lora)
  const probes = likelihoodProbes(run, plan, scoring, method.reward)
  return {
    ...(method.by === 'pairs' ? pairLearning(run, method, scoring) : policyLearning(run, method, scoring)),
    summed: true,
    async *prepare(untouched) {
      // Whoever answers prompts itself reads no reference of the pairs, but for the probes.
      yield* probes.prepare(untouched, [])
    },
    firstAnswers: probes.firstAnswers,
    geometry: probes.geometry,
    async *measure(step) {
      yield* probes.measure(step)
      yield* heldOutAnswers(run, method, plan, step)
    },
  }
}

type Learning = Pick<Teacher, 'gradients' | 'updates' | 'learn'>
type Scoring = ReturnType<typeof scoringPrograms>

function policyLearning(run: DpoRun, method: PolicyGradient, scoring: Scoring): Learning {
  const { config, settings } = run
  const lora = adapterSettings(config, settings)
  const trained = Object.keys(trainedShapes(config, settings, method.head))
  const { temperature } = method
  const plain = temperature === 1 && !method.head
  const programs = {
    before: plain ? scoring.policy : scoreUnits(config, lora, { temperature, values: method.head === 'value' }),
    reference: temperature === 1 ? scoring.reference : scoreUnits(config, null, { temperature }),
    gradients: policyGradients(config, {
      ...{ lora, trained, again: settings.recompute, method, once: learntOnce(method) },
    }),
  }
  return {
    gradients: programs.gradients,
    updates: method.updates.epochs * method.updates.minibatches,
    learn: (pairs, step, update) => policyStep(run, method, programs, pairs, { step, update }),
  }
}

function pairLearning(run: DpoRun, method: OnlinePairs, scoring: Scoring): Learning {
  const { config, settings } = run
  const lora = adapterSettings(config, settings)
  const trained = Object.keys(trainedShapes(config, settings))
  const gradients = dpoGradients(config, { lora, trained, again: settings.recompute, method: method.pairs })
  const programs = { ...scoring, gradients }
  return {
    gradients,
    updates: 1,
    learn: (pairs, step, update) => onlinePairStep(run, method, programs, pairs, { step, update }),
  }
}

function checkRoom({ config, pairs }: DpoRun, { responseTokens }: OnlineMethod): void {
  const cramped = pairs.filter(({ prompt }) => prompt.length + responseTokens > config.context)
  if (cramped.length === 0) return
  throw new Error(
    `${cramped.length} of ${pairs.length} prompts leave no room for answers of ${responseTokens} tokens in the model's context of ${config.context}, pair ${cramped[0]!.id} among them. Lower response_tokens, or leave them out of the set.`,
  )
}
