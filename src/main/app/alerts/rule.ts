// A rule in words: what it is called, of which runs it is asked, and what is said and advised when it holds. Its limits: limits.ts.
import type { Method, PropertyName } from '#contract'
import type { Change } from './changes.ts'
import type { SignalName } from './signals.ts'

/** The newest value of a signal that the alert saw; null where it saw none. */
export type Seen = (signal: SignalName) => number | null

export type Rule = {
  title: string
  /** The light that shows it too. */
  property?: PropertyName
  /** Of methods that learn from these. */
  of: readonly Method['learns'][]
  sentence: (seen: Seen) => string
  cause: string
  /** What to change, the likeliest to help first; empty where nothing is known. */
  next: readonly Change[]
  /** What is said instead of a run on answers alone, good or bad, which has no pairs. */
  alone?: Partial<Pick<Rule, 'title' | 'sentence' | 'cause'>>
}
