// Learning from prompts: the policy answers them itself.
import type { DpoRun } from './dpo-run.ts'
import { trainedShapes } from './dpo-state.ts'
import { heldOutAnswers } from './held-out-answers.ts'
import { likelihoodProbes } from './likelihood-probes.ts'
import type { OnlineMethod } from './online-methods.ts'
import type { RunPlan } from './plan.ts'
import { policyGradients } from './policy-program.ts'
import { learntOnce, policyStep } from './policy-step.ts'
import { scoreUnits, scoringPrograms } from './programs.ts'
import { adapterSettings } from './settings.ts'
import type { Teacher } from './teacher.ts'

/** Throws when a prompt leaves no room for the answers that are to be sampled. */
export function promptTeacher(run: DpoRun, method: OnlineMethod, plan: RunPlan): Teacher {
  checkRoom(run, method)
  const { config, settings } = run
  const lora = adapterSettings(config, settings)
  const trained = Object.keys(trainedShapes(config, settings, method.head))
  const scoring = scoringPrograms(config, lora)
  const { temperature } = method
  const reading = { temperature, values: method.head === 'value' }
  const programs = {
    before: temperature === 1 && !method.head ? scoring.policy : scoreUnits(config, lora, reading),
    reference: temperature === 1 ? scoring.reference : scoreUnits(config, null, { temperature }),
    gradients: policyGradients(config, {
      ...{ lora, trained, again: settings.recompute, method, once: learntOnce(method) },
    }),
  }
  const probes = likelihoodProbes(run, plan, scoring, method.reward)
  return {
    gradients: programs.gradients,
    updates: method.updates.epochs * method.updates.minibatches,
    summed: true,
    async *prepare(untouched) {
      // Whoever answers prompts itself reads no reference of the pairs, but for the probes.
      yield* probes.prepare(untouched, [])
    },
    async *measure(step) {
      yield* probes.measure(step)
      yield* heldOutAnswers(run, method, plan, step)
    },
    learn: (pairs, step, move) => policyStep(run, method, programs, pairs, { step, move }),
  }
}

function checkRoom({ config, pairs }: DpoRun, { responseTokens }: OnlineMethod): void {
  const cramped = pairs.filter(({ prompt }) => prompt.length + responseTokens > config.context)
  if (cramped.length === 0) return
  throw new Error(
    `${cramped.length} of ${pairs.length} prompts leave no room for answers of ${responseTokens} tokens in the model's context of ${config.context}, pair ${cramped[0]!.id} among them. Lower response_tokens, or leave them out of the set.`,
  )
}
