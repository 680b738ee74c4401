// Preference pairs out of several scored answers to each prompt, best against worst as in on-policy DPO (Tunstall et al. 2023), or more.
import { permutation, randomStream } from '../random.ts'

/** An answer to a prompt. Its score is any finite number, higher is better; null where nothing can tell, and then it is in no pair. */
export type ScoredAnswer<Origin> = {
  text: string
  score: number | null
  /** Who sampled it and with what settings; passed through as it is. */
  origin: Origin
}

/** One side of a pair; `answer` is its index among the prompt's answers. */
export type PairSide<Origin> = { answer: number; text: string; score: number; origin: Origin }

/** `prompt` is the index of the prompt. The chosen's score is above the rejected's. */
export type BuiltPair<Origin> = { prompt: number; chosen: PairSide<Origin>; rejected: PairSide<Origin> }

export type PairRule =
  /** One pair a prompt: an answer of the highest score and one of the lowest, drawn among equals. */
  | { rule: 'best-worst' }
  /** One pair a prompt: an answer that a checker passes, of score 1, and one that it does not, drawn among all of either. */
  | { rule: 'right-wrong' }
  /** Every two answers whose scores differ. */
  | { rule: 'all' }
  /** Every two answers whose scores differ by at least this much, which is above 0. */
  | { rule: 'margin'; least: number }

/** Rules that make one pair of a prompt. */
const onePair: readonly PairRule['rule'][] = ['best-worst', 'right-wrong']

export type PairDrawing = {
  /** Most pairs of one prompt, drawn at random where there are more. Default: as many as there are. */
  perPrompt?: number
  /** Draws depend on (seed, `first` + index of the prompt) alone, not on the other prompts. */
  seed: number
  /** Place of the first prompt in a longer list: parts of the list then give what the whole would. Default 0. */
  first?: number
}

export type PairBuilding = PairRule & PairDrawing

/**
 * Pairs in the order of prompts, within a prompt of chosen, then of rejected. Equal scores make no pair; of answers with the
 * same text, outer white space aside, only the first counts. Throws when a score is not finite or a setting out of range.
 */
export function buildPairs<Origin>(
  prompts: readonly (readonly ScoredAnswer<Origin>[])[],
  options: PairBuilding,
): BuiltPair<Origin>[] {
  checkDrawing(options)
  if (options.rule === 'margin' && !(options.least > 0 && options.least < Infinity))
    throw new Error(`The margin must be a number above 0, got ${options.least}.`)
  return prompts.flatMap((answers, prompt) => {
    const sides = scoredSides(answers, prompt)
    const pairs = pairTest(sides, options)
    const found = sides.flatMap((chosen) =>
      sides.filter((rejected) => pairs(chosen, rejected)).map((rejected) => ({ prompt, chosen, rejected })),
    )
    return drawn(found, prompt, onePair.includes(options.rule) ? { ...options, perPrompt: 1 } : options)
  })
}

/** Two answers to a prompt of which nobody has said which is better; `a` and `b` are indices among its answers, `a` the smaller. */
export type OpenPair = { prompt: number; a: number; b: number }

/** Every two answers to a prompt that differ in text, outer white space aside, for a person to judge. Throws when a setting is out of range. */
export function openPairs(prompts: readonly (readonly { text: string }[])[], options: PairDrawing): OpenPair[] {
  checkDrawing(options)
  return prompts.flatMap((answers, prompt) => {
    const places = distinct(answers.map(({ text }, answer) => ({ text, answer }))).map(({ answer }) => answer)
    const found = places.flatMap((a, i) => places.slice(i + 1).map((b) => ({ prompt, a, b })))
    return drawn(found, prompt, options)
  })
}

function scoredSides<Origin>(answers: readonly ScoredAnswer<Origin>[], prompt: number): PairSide<Origin>[] {
  const scored = answers.flatMap(({ text, score, origin }, answer) => {
    if (score !== null && !Number.isFinite(score))
      throw new Error(
        `Answer ${answer + 1} to prompt ${prompt + 1} has score ${score}; a score must be a finite number.`,
      )
    return score === null ? [] : [{ answer, text, score, origin }]
  })
  return distinct(scored)
}

/** The first of those with the same text, outer white space aside. */
function distinct<T extends { text: string }>(answers: readonly T[]): T[] {
  const seen = new Set<string>()
  return answers.filter(({ text }) => !seen.has(text.trim()) && seen.add(text.trim()))
}

type Scored = { score: number }

/** Which two answers of a prompt make a pair. */
function pairTest(sides: readonly Scored[], options: PairRule): (chosen: Scored, rejected: Scored) => boolean {
  switch (options.rule) {
    case 'all':
      return (chosen, rejected) => chosen.score > rejected.score
    case 'margin':
      return (chosen, rejected) => chosen.score > rejected.score && differsBy(options.least, chosen, rejected)
    case 'right-wrong':
      return (chosen, rejected) => chosen.score === 1 && rejected.score < 1
    case 'best-worst': {
      const best = sides.reduce((most, { score }) => Math.max(most, score), -Infinity)
      const worst = sides.reduce((least, { score }) => Math.min(least, score), Infinity)
      return (chosen, rejected) => best > worst && chosen.score === best && rejected.score === worst
    }
  }
}

// Scores are often tenths: 1 - 0.9 comes out as 0.09999999999999998 and is meant to be 0.1.
function differsBy(least: number, chosen: Scored, rejected: Scored): boolean {
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(chosen.score), Math.abs(rejected.score))
  return chosen.score - rejected.score >= least - rounding
}

function drawn<Pair>(pairs: readonly Pair[], prompt: number, { perPrompt, seed, first = 0 }: PairDrawing): Pair[] {
  const most = perPrompt ?? pairs.length
  if (pairs.length <= most) return [...pairs]
  const places = permutation(randomStream(seed, 'pair building', first + prompt), pairs.length).slice(0, most)
  return places.sort((a, b) => a - b).map((place) => pairs[place]!)
}

function checkDrawing({ perPrompt, seed }: PairDrawing): void {
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed must be a whole number, got ${seed}.`)
  if (perPrompt !== undefined && (!Number.isSafeInteger(perPrompt) || perPrompt < 1))
    throw new Error(`perPrompt must be a whole number of at least 1, got ${perPrompt}.`)
}
