// Sets put together of the sides of other sets, prompt by prompt.
import type { Deriving, SideOf } from './study.ts'

/** A line of an exported set. */
export type PairLine = {
  prompt: unknown
  chosen: unknown
  rejected: unknown
  expected?: string
  chosen_source?: string
  rejected_source?: string
}

/**
 * Pairs of the prompts that both sets have, and `within` where that is named, in the order of the first set; of a prompt that a set has more
 * than once, its first pair. `skip` prompts are left out, then `take` are taken. With `turns` a plain prompt is the same as a conversation
 * of it alone.
 */
export function derivedPairs(
  lines: ReadonlyMap<string, readonly PairLine[]>,
  { chosen, rejected, within, skip, take, turns }: Deriving,
): PairLine[] {
  const byPrompt = (set: string) => {
    const first = new Map<string, PairLine>()
    for (const given of lines.get(set) ?? []) {
      const line = turns && typeof given.prompt === 'string' ? inTurns(given) : given
      const prompt = JSON.stringify(line.prompt)
      if (!first.has(prompt)) first.set(prompt, line)
    }
    return first
  }
  const [own, other] = [byPrompt(chosen.set), byPrompt(rejected.set)]
  const narrow = within === null ? own : byPrompt(within)
  return [...own.keys()]
    .filter((prompt) => other.has(prompt) && narrow.has(prompt))
    .slice(skip, take === null ? undefined : skip + take)
    .map((prompt) => {
      const [better, worse] = [own.get(prompt)!, other.get(prompt)!]
      const expected = better.expected ?? worse.expected
      return {
        prompt: better.prompt,
        ...(expected === undefined ? {} : { expected }),
        ...sideOf(better, chosen, 'chosen'),
        ...sideOf(worse, rejected, 'rejected'),
      } as PairLine
    })
}

function inTurns(pair: PairLine): PairLine {
  const turn = (role: string, text: unknown) => [{ role, content: String(text).trim() }]
  const answer = (text: unknown) => turn('assistant', text)
  return {
    ...pair,
    ...{ prompt: turn('user', pair.prompt), chosen: answer(pair.chosen), rejected: answer(pair.rejected) },
  }
}

/** The text of a side under another side's name, and its writer; of nobody known, its set. */
function sideOf(line: PairLine, { set, side }: SideOf, as: SideOf['side']): Record<string, unknown> {
  return { [as]: line[side], [`${as}_source`]: line[`${side}_source`] ?? set }
}
