// What answers look like from outside: how long, how much they repeat themselves, whether they end.
import { defined, mean, share } from './quantiles.ts'

/** Tokens that make a phrase. */
const phrase = 4

/** An answer of which more than this share repeats itself is taken for degenerate. */
const degenerate = 0.5

/**
 * Share of an answer's 4-grams of tokens that occurred in it before: 1 - distinct-4 (Li et al. 2016; Welleck et al. 2020 call it seq-rep-4). 0 to below 1; 0 for
 * an answer shorter than four tokens.
 */
export function repetition(answer: readonly number[]): number {
  const phrases = Array.from({ length: Math.max(0, answer.length - phrase + 1) }, (_, i) =>
    answer.slice(i, i + phrase).join(' '),
  )
  return phrases.length === 0 ? 0 : 1 - new Set(phrases).size / phrases.length
}

/**
 * Readings of answers to the sample prompts, as token ids with the end-of-sequence token where they have one: mean length in tokens, mean `repetition`,
 * the share of `degenerate` answers (repetition above a half), and that of those cut off for want of room.
 */
export function answerReadings(answers: readonly (readonly number[])[], eos: readonly number[]) {
  const repetitions = answers.map(repetition)
  return defined({
    'answers/mean_length': mean(answers.map((answer) => answer.length)),
    'answers/repetition': mean(repetitions),
    'answers/degenerate': share(repetitions, (repeated) => repeated > degenerate),
    'answers/cut_off': share(answers, (answer) => !eos.includes(answer.at(-1) ?? NaN)),
  })
}
