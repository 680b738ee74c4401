// A pair on its way into a set.
import type { Response, Text } from '#contract'

export type NewPair = {
  prompt: Text
  a: Response
  b: Response
  /** Whether its source says that `a` is the chosen one; otherwise the pair is unlabelled. */
  given: boolean
  extra: Record<string, string>
}
