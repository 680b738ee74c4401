// How long what a run learns from is in tokens, told from the texts of its pairs: only the trainer has the tokenizer.
import type { ParsedSettings, Text } from '#contract'

/** Tokens of pairs: of a typical one and of a long one, its prompt counted once, and of a long prompt and a long response. */
export type UnitTokens = { mean: number; long: number; prompt: number; response: number }

/** Characters of text that make one token, on the low side; one where the vocabulary is that of bytes. */
const CHARACTERS_PER_TOKEN = 3
const BYTES = 512
const PAIRS_READ = 200
/** Share of the pairs that are not longer than a long one. */
const LONG = 0.95

/**
 * Where a run learns from answers of its policy, two of them to a prompt and each as long as it may be, in place of the pair's.
 * @param V size of the model's vocabulary
 */
export function unitTokens(
  pairs: Iterable<{ prompt: Text; chosen: string; rejected: string }>,
  { V }: { V: number },
  { response_tokens: own }: ParsedSettings,
): UnitTokens {
  const perToken = V <= BYTES ? 1 : CHARACTERS_PER_TOKEN
  const units: number[] = []
  const prompts: number[] = []
  const responses: number[] = []
  for (const { prompt, chosen, rejected } of pairs) {
    const asked =
      typeof prompt === 'string' ? prompt.length : prompt.reduce((sum, turn) => sum + turn.content.length, 0)
    prompts.push(asked / perToken)
    const answered =
      typeof own === 'number' ? [own, own] : [chosen, rejected].map((response) => response.length / perToken)
    responses.push(...answered.filter((tokens) => tokens > 0))
    units.push(asked / perToken + answered.reduce((sum, tokens) => sum + tokens, 0))
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
