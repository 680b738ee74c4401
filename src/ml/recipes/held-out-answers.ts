// How often the policy answers right where it was never trained: its greedy answers to the held-out prompts, by the checker.
import { mean } from '../diagnostics/quantiles.ts'
import type { DpoRun } from './dpo-run.ts'
import type { DpoEvent } from './events.ts'
import type { OnlineMethod } from './online-methods.ts'
import type { RunPlan } from './plan.ts'
import { generated } from './probing.ts'
import { adapterSettings } from './settings.ts'

/** An answer passes with a full score. Tells nothing when no prompts are held out. */
export async function* heldOutAnswers(
  run: DpoRun,
  { responseTokens }: OnlineMethod,
  { heldout }: RunPlan,
  step: number,
): AsyncGenerator<DpoEvent, void> {
  const { config, settings, seed, score } = run
  if (heldout.length === 0 || !score) return
  const options = {
    ...{ maxTokens: responseTokens, temperature: 0, seed, batch: Math.min(32, heldout.length) },
    adapter: adapterSettings(config, settings) ?? undefined,
  }
  const responses = yield* generated(run, heldout, options, 'answering held-out prompts')
  const passes = heldout.map(({ id }, i) => Number(score(id, responses[i]!) === 1))
  yield { kind: 'checked', step, readings: { 'probe/heldout/pass_rate': mean(passes) } }
}
