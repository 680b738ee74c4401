// What the policy answers where it was never trained, by the judge: its greedy answers to the held-out prompts, and sampled ones, as in training.
import { mean, share } from '../diagnostics/quantiles.ts'
import { randomStream } from '../random.ts'
import type { DpoRun } from './dpo-run.ts'
import type { DpoEvent } from './events.ts'
import type { OnlineMethod } from './online-methods.ts'
import type { RunPlan } from './plan.ts'
import { generated } from './probing.ts'
import { judgeOf } from './rollouts.ts'
import { adapterSettings } from './settings.ts'

/** The same draws at every step. Tells nothing when no prompts are held out. */
export async function* heldOutAnswers(
  run: DpoRun,
  { responseTokens, temperature }: OnlineMethod,
  { heldout }: RunPlan,
  step: number,
): AsyncGenerator<DpoEvent, void> {
  const { config, settings, seed } = run
  if (heldout.length === 0) return
  const judge = judgeOf(run)
  const adapter = adapterSettings(config, settings) ?? undefined
  const scoresAt = async function* (temperature: number, what: string) {
    const options = {
      ...{ maxTokens: responseTokens, temperature, seed: randomStream(seed, 'held-out answers').bits(0) },
      adapter,
    }
    const responses = yield* generated(run, heldout, options, what)
    return judge.scores(heldout.map(({ id }, i) => ({ pair: id, response: responses[i]! })))
  }
  const greedy = yield* scoresAt(0, 'answering held-out prompts')
  const sampled = yield* scoresAt(temperature, 'sampling answers to held-out prompts')
  const passes = (scores: readonly number[]) => share(scores, (score) => score === 1)
  yield {
    kind: 'checked',
    step,
    readings: {
      'probe/heldout/score': mean(greedy),
      'probe/heldout/score_sampled': mean(sampled),
      ...(judge.decides
        ? { 'probe/heldout/pass_rate': passes(greedy), 'probe/heldout/pass_rate_sampled': passes(sampled) }
        : {}),
    },
  }
}
