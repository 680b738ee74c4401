// How long the pairs of a set are in tokens, told from their texts: only the trainer has the tokenizer.
import type { Text } from '#contract'

/** Tokens of pairs: of a typical one and of a long one, its prompt counted once, and of a long prompt and a long response. */
export type UnitTokens = { mean: number; long: number; prompt: number; response: number }

/** Characters of text that make one token, on the low side; one where the vocabulary is that of bytes. */
const CHARACTERS_PER_TOKEN = 3
const BYTES = 512
const PAIRS_READ = 200
/** Share of the pairs that are not longer than a long one. */
const LONG = 0.95

/** @param V size of the model's vocabulary */
export function unitTokens(
  pairs: Iterable<{ prompt: Text; chosen: string; rejected: string }>,
  { V }: { V: number },
): UnitTokens {
  const perToken = V <= BYTES ? 1 : CHARACTERS_PER_TOKEN
  const units: number[] = []
  const prompts: number[] = []
  const responses: number[] = []
  for (const { prompt, chosen, rejected } of pairs) {
    const asked =
      typeof prompt === 'string' ? prompt.length : prompt.reduce((sum, turn) => sum + turn.content.length, 0)
    prompts.push(asked / perToken)
    for (const response of [chosen, rejected]) if (response !== '') responses.push(response.length / perToken)
    units.push((asked + chosen.length + rejected.length) / perToken)
    if (units.length === PAIRS_READ) break
  }
  return {
    mean: Math.ceil(units.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, units.length)),
    long: longOf(units),
    prompt: longOf(prompts),
    response: longOf(responses),
  }
}

function longOf(lengths: readonly number[]): number {
  const ordered = lengths.toSorted((a, b) => a - b)
  return Math.ceil(ordered[Math.floor(ordered.length * LONG)] ?? 0)
}
