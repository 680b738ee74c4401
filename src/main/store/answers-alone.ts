// An answer alone in the columns of a pair: it stands on one side, and the other is the empty text. Chosen over nothing it is good,
// nothing chosen over it it is bad; so the same log of labels, the same frozen versions and the same fold do for both.
import { ProblemError, type LabelState, type Mark, type Response, type Text, type Verdict } from '#contract'
import type { NewPair } from './new-pair.ts'

/** What a set holds. */
export type SetKind = 'pairs' | 'answers'

export type NewAnswer = {
  prompt: Text
  answer: Response
  /** What its source says of it; null: it waits for a mark. */
  mark: Mark | null
  extra: Record<string, string>
}

const nothing: Response = { text: '', origin: { kind: 'unknown', writer: null, sampling: null } }

/** An answer as the row that is stored: its source is always right with `a` over `b`. */
export function answerAsPair({ prompt, answer, mark, extra }: NewAnswer): NewPair {
  const [a, b] = mark === 'bad' ? [nothing, answer] : [answer, nothing]
  return { prompt, a, b, given: mark !== null, extra }
}

/** Out of the two sides of a label that is a choice: the answer as `chosen`, and its mark. */
export function aloneOf(chosen: string, rejected: string): { chosen: string; rejected: ''; mark: Mark } {
  return chosen === '' ? { chosen: rejected, rejected: '', mark: 'bad' } : { chosen, rejected: '', mark: 'good' }
}

/** Both sides as they are told: of an answer alone, the answer first. */
export function answerFirst<T extends { text: string }>(alone: boolean, one: T, other: T): [T, T] {
  return alone && one.text === '' ? [other, one] : [one, other]
}

/** A label that was stored as a choice between an answer and nothing, as a mark. */
export function markedLabel(label: LabelState, chosen: string): LabelState {
  return label === 'chosen' ? aloneOf(chosen, '').mark : label
}

/** The verdict on an answer alone as one on the two sides: which of them holds the answer, `aIsAnswer` tells. */
export function sidedVerdict(verdict: Verdict, aIsAnswer: boolean): Verdict {
  if (verdict !== 'good' && verdict !== 'bad') return verdict
  return (verdict === 'good') === aIsAnswer ? 'a' : 'b'
}

/** The same back again. */
export function markedVerdict(verdict: Verdict, aIsAnswer: boolean): Verdict {
  if (verdict !== 'a' && verdict !== 'b') return verdict
  return (verdict === 'a') === aIsAnswer ? 'good' : 'bad'
}

/** What is wrong with adding one kind to a set of the other: a run trains on one, and its loss on the two would not compare. */
export function otherKind(set: string, holds: SetKind): ProblemError {
  const [has, given] =
    holds === 'answers' ? ['answers alone, each good or bad', 'pairs'] : ['pairs', 'answers alone, each good or bad']
  return new ProblemError({
    code: 'conflict',
    message: `This set holds ${has}, and these are ${given}`,
    where: `set ${set}`,
    advice: 'Give another set, or the name of a new one',
  })
}
