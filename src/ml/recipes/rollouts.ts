// Answers of the policy to the prompts of a step, and what is known of each: its score, and the numbers of its tokens.
import { collate, tilesNeeded, type Layout } from '../data/collate.ts'
import { oneSidedUnit, type Unit } from '../data/units.ts'
import type { Executor } from '../program.ts'
import { randomStream } from '../random.ts'
import type { DpoRun } from './dpo-run.ts'
import type { Doing } from './events.ts'
import type { Judge, OnlineMethod } from './online-methods.ts'
import { inBatches, type PairUnit } from './plan.ts'
import { generated } from './probing.ts'
import type { UnitProgram } from './programs.ts'
import { besides } from './scoring.ts'
import { adapterSettings } from './settings.ts'

/** Answers that are read together. */
const readAtOnce = 16

/** An answer as token ids, after its prompt. */
export type Answer = { prompt: readonly number[]; response: readonly number[] }

/** Answers in the order of their prompts, `groupSize` to each of `pairs`, with the pair that each was asked for. */
export type Answers = { asked: readonly PairUnit[]; given: readonly Answer[]; scores: number[] }

/** Units of answers in order: two neighbours to one prompt share a unit, so that it is read once for both. */
export function answerUnits(answers: readonly Answer[]): Unit[] {
  const units: Unit[] = []
  for (let i = 0; i < answers.length;) {
    const [one, next] = [answers[i]!, answers[i + 1]]
    const unit = oneSidedUnit(one.prompt, one.response)
    const both = next?.prompt === one.prompt
    units.push(both ? { ...unit, rejected: next.response } : unit)
    i += both ? 2 : 1
  }
  return units
}

/** Tokens of answers and their prompts, a prompt counted for each of its answers. */
export function answerTokens(answers: readonly Answer[]): number {
  return answers.reduce((sum, { prompt, response }) => sum + prompt.length + response.length, 0)
}

/** Samples and scores the answers of a step. Throws when nobody can score them. */
export async function* scoredAnswers(
  run: DpoRun,
  { groupSize, responseTokens, temperature }: OnlineMethod,
  pairs: readonly PairUnit[],
  step: number,
): AsyncGenerator<Doing, Answers> {
  const { config, settings, seed } = run
  const judge = judgeOf(run)
  const asked = pairs.flatMap((pair) => Array.from({ length: groupSize }, () => pair))
  const options = {
    ...{ maxTokens: responseTokens, temperature, each: groupSize },
    seed: randomStream(seed, 'rollouts', step).bits(0),
    adapter: adapterSettings(config, settings) ?? undefined,
  }
  const responses = yield* generated(run, pairs, options, 'sampling answers')
  const scores = await judge.scores(asked.map(({ id }, i) => ({ pair: id, response: responses[i]! })))
  return { asked, given: asked.map(({ prompt }, i) => ({ prompt, response: responses[i]! })), scores }
}

/** Who scores the answers of a run. Throws when nobody does. */
export function judgeOf({ judge }: DpoRun): Judge {
  if (!judge) throw new Error('A method that learns from prompts needs a way to score answers.')
  return judge
}

/**
 * A layout that fits every batch of so many answers, whatever their lengths turn out to be: answers differ from step to step, and another
 * layout is another recorded program.
 */
export function steadyLayout({ tile }: UnitProgram, { responseTokens }: OnlineMethod, answers: number): Layout {
  return { tiles: tilesNeeded(answers * responseTokens, tile), groups: 1 }
}

/** One number for each token of each answer, under the names of the outputs of a program over units. */
export async function tokenNumbers<Name extends string>(
  executor: Executor,
  program: UnitProgram,
  method: OnlineMethod,
  answers: readonly Answer[],
  names: readonly Name[],
): Promise<Record<Name, Float32Array>[]> {
  const layout = steadyLayout(program, method, readAtOnce)
  const found: Record<Name, Float32Array>[] = []
  for (const batch of inBatches(answers, readAtOnce)) {
    const arrays = collate(answerUnits(batch), layout)
    const outputs = await executor.run(program, { ...arrays, ...besides(program, arrays) })
    let at = 0
    // Scored tokens lie in the order of answers, and padding comes last.
    for (const { response } of batch) {
      const own = (name: Name) => (outputs[name]!.data as Float32Array).slice(at, at + response.length)
      found.push(Object.fromEntries(names.map((name) => [name, own(name)])) as Record<Name, Float32Array>)
      at += response.length
    }
  }
  return found
}
