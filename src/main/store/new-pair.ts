// A pair on its way into a set.
import type { PairNumbers, Response, Text } from '#contract'

export type NewPair = {
  prompt: Text
  a: Response
  b: Response
  /** Whether its source says that `a` is the chosen one; otherwise the pair is unlabelled. */
  given: boolean
  /** Of a pair whose source says that `a` is the chosen one: what it says in numbers. */
  numbers?: PairNumbers | undefined
  extra: Record<string, string>
}
