// Measuring a DPO run from outside its pairs: the frozen probes, their scores, and answers to prompts.
import { answerReadings } from '../diagnostics/sampled-answers.ts'
import type { RewardOf } from '../diagnostics/score.ts'
import type { ModelConfig } from '../models/config.ts'
import type { Executor } from '../program.ts'
import { randomStream } from '../random.ts'
import { generatedTokens, type GenerationOptions } from '../sampling/generate.ts'
import type { DpoRun } from './dpo-run.ts'
import { doing, type Doing, type DpoEvent } from './events.ts'
import type { PairUnit, RunPlan } from './plan.ts'
import { probeReadings, type MeasuredProbe } from './probe-readings.ts'
import {
  chosenProbes,
  outOfDomainProbes,
  unseenPrompts,
  type NamedUnit,
  type ReferenceText,
  type RunProbe,
} from './probes.ts'
import type { UnitProgram } from './programs.ts'
import { referenceKey, type Reference, type ReferenceScores, type ReferenceStates } from './reference.ts'
import { scoredBatches, type Scored, type ScoredUnit } from './scoring.ts'
import { adapterSettings } from './settings.ts'

/**
 * The probes of a new run. Samples are drawn from the reference at temperature 1, and some at another one: with the adapter off, or on while it is
 * `untouched` and changes nothing. The greedy `answers` of step 0 are drawn with them, where they are the reference's and as long; else null.
 */
export async function* frozenProbes(
  run: DpoRun,
  plan: RunPlan,
  untouched: boolean,
): AsyncGenerator<Doing, { probes: RunProbe[]; answers: number[][] | null }> {
  const { config, settings, seed } = run
  const probes = chosenProbes(plan, config, settings, seed)
  for (const probe of outOfDomainProbes(run)) probes.push({ index: probes.length, ...probe })
  const adapter = untouched ? (adapterSettings(config, settings) ?? undefined) : undefined
  const { probe_samples, probe_resamples, probe_resample_temperature, probe_sample_tokens: maxTokens } = settings
  const prompts = promptsWithRoom(plan, config, seed, maxTokens)
  const kinds = [
    ...Array.from({ length: probe_samples }, () => ({ kind: 'sampled' as const, temperature: 1 })),
    ...Array.from({ length: probe_resamples }, () => {
      return { kind: 'resampled' as const, temperature: probe_resample_temperature }
    }),
  ]
  const draws = prompts.length > 0 ? kinds : []
  const asked = draws.map((_, i) => prompts[(i < probe_samples ? i : i - probe_samples) % prompts.length]!)
  const greedy = untouched && !run.begin && settings.sample_tokens === maxTokens ? samplePrompts(run, plan) : []
  const temperature = [...draws.map((draw) => draw.temperature), ...greedy.map(() => 0)]
  const draw = { maxTokens, seed: randomStream(seed, 'reference samples').bits(0), temperature, adapter }
  const responses = yield* generated(run, [...asked, ...greedy], draw, 'sampling from the reference')
  for (const [i, { kind }] of draws.entries())
    probes.push({ index: probes.length, kind, pair: asked[i]!.id, response: responses[i]! })
  return { probes, answers: greedy.length > 0 ? responses.slice(draws.length) : null }
}

/** What the policy is measured against: log-probabilities, and the hidden states behind the next-token distributions. */
export type ProbeReference = { logps: Reference; states: ReferenceStates }

/** Scores every probe under the policy, but for those that `passed` has the scores of, and reads the three properties. */
export async function* probeScores(
  executor: Executor,
  { policy, reward }: { policy: UnitProgram; reward: RewardOf },
  probed: readonly (NamedUnit & { probe: RunProbe })[],
  reference: ProbeReference,
  step: number,
  passed: ReferenceScores = new Map(),
): AsyncGenerator<DpoEvent, void> {
  const { logps, states } = reference
  const against = (text: ReferenceText, { logp, ...scored }: Scored, kl: number | null) => ({
    policy: logp,
    reference: logps(text),
    kl,
    ...scored,
  })
  const measuredProbe = (scored: ScoredUnit<(typeof probed)[number]>): MeasuredProbe => {
    const { item, chosen, rejected, compared } = scored
    states.keep(scored)
    return {
      probe: item.probe,
      ...(item.mark ? { mark: item.mark } : {}),
      // Where the states of the reference were still unknown the policy is the reference: at the start.
      chosen: against(item.chosen, chosen, compared && (compared.kl ?? 0)),
      rejected: item.rejected && rejected ? against(item.rejected, rejected, null) : null,
    }
  }
  const scoresOf = ({ chosen }: NamedUnit) => passed.get(referenceKey(chosen))
  const measured = probed.flatMap((item) => {
    const scores = scoresOf(item)
    return scores ? [measuredProbe({ item, ...scores })] : []
  })
  const others = probed.filter((item) => !scoresOf(item))
  for await (const batch of scoredBatches(executor, policy, others, { known: states.known })) {
    measured.push(...batch.map(measuredProbe))
    yield doing('scoring probes', measured.length, probed.length, 'probes')
  }
  measured.sort((a, b) => a.probe.index - b.probe.index)
  const likelihood = ({ policy, reference, tokens }: MeasuredProbe['chosen']) => ({ policy, reference, tokens })
  const scores = measured.map(({ probe, chosen, rejected }) => ({
    index: probe.index,
    chosen: likelihood(chosen),
    rejected: rejected && likelihood(rejected),
  }))
  yield { kind: 'scored', step, scores, readings: probeReadings(measured, reward) }
}

/** The policy's greedy answers to the sample prompts; `drawn` are those of this step, where they are known already. */
export async function* answers(
  run: DpoRun,
  plan: RunPlan,
  step: number,
  drawn: readonly number[][] | null = null,
): AsyncGenerator<DpoEvent, void> {
  const { config, settings, seed } = run
  const prompts = samplePrompts(run, plan)
  if (prompts.length === 0) return
  const adapter = adapterSettings(config, settings) ?? undefined
  const options = { maxTokens: settings.sample_tokens, seed, temperature: 0, adapter }
  const responses = drawn ?? (yield* generated(run, prompts, options, 'answering sample prompts'))
  const samples = responses.map((response, index) => ({ index, pair: prompts[index]!.id, response }))
  yield { kind: 'sampled', step, samples, readings: answerReadings(responses, config.eos) }
}

function samplePrompts({ config, settings, seed }: DpoRun, plan: RunPlan): PairUnit[] {
  return promptsWithRoom(plan, config, seed, settings.sample_tokens).slice(0, settings.sample_prompts)
}

/** Tokens between two tellings of progress while no answer ends. */
const toldTokens = 32

/** Responses to the prompts of `pairs`, in order, `each` to a prompt, telling the progress of `what`. */
export async function* generated(
  { executor, config }: DpoRun,
  pairs: readonly PairUnit[],
  options: GenerationOptions,
  what: string,
): AsyncGenerator<Doing, number[][]> {
  const responses: number[][] = Array.from({ length: pairs.length * (options.each ?? 1) }, () => [])
  const prompts = pairs.map((pair) => pair.prompt)
  let done = 0
  let drawn = 0
  for await (const { answer, token, last } of generatedTokens(executor, config, prompts, options)) {
    responses[answer]!.push(token)
    if (last) done++
    // Many answers are drawn together and end late: who follows must be able to stop in between.
    if (last || ++drawn % toldTokens === 0) yield doing(what, done, responses.length, 'answers')
  }
  return responses
}

function promptsWithRoom(plan: RunPlan, config: ModelConfig, seed: number, maxTokens: number): PairUnit[] {
  return unseenPrompts(plan, seed).filter(({ prompt }) => prompt.length + maxTokens <= config.context)
}
