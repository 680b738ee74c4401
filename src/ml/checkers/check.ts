// A check: a pure program that says whether a response does what its prompt asks. It reads text and numbers, never code.

export type Verdict = 'pass' | 'fail' | 'undecided'

export type CheckResult = {
  /** 0 to 1. Below 1 where the verdict is 'fail', and 0, without meaning, where it is 'undecided'. */
  score: number
  verdict: Verdict
  /** A few plain words for people, at most 300 characters. Parts of it are the response's own text: never markup. */
  why: string
}

/**
 * Judges a response to a prompt; `expected` is what the data gives as the right answer, in the form that the checker names.
 * Never throws, whatever the texts.
 */
export type Check = (prompt: string, response: string, expected: string | null) => CheckResult

/** Characters of a prompt, a response or an expected answer that are read. */
export const longestText = 100_000

/**
 * The check as every checker does it: each text cut to `longestText`, line ends made plain, and a response without a visible
 * character failed, since a rule such as "no commas" would reward silence.
 */
export function guarded(check: Check): Check {
  return (prompt, response, expected) => {
    const seen = readable(response)
    if (seen.trim() === '') return failed('the response is empty')
    const result = check(readable(prompt), seen, expected === null ? null : readable(expected))
    const cut = response.length > longestText ? ' (only the first 100,000 characters were read)' : ''
    return { ...result, why: short(result.why, 250) + cut }
  }
}

export function passed(why: string): CheckResult {
  return { score: 1, verdict: 'pass', why }
}

/** `score` is how near the response came, 0 to below 1. */
export function failed(why: string, score = 0): CheckResult {
  return { score, verdict: 'fail', why }
}

export function undecided(why: string): CheckResult {
  return { score: 0, verdict: 'undecided', why }
}

/** One rule of several: whether it is kept (null: no program here can tell), and which it is. */
export type Ruling = { kept: boolean | null; rule: string }

/** A response must keep every rule; its score is the share that it keeps. Of no rules, undecided. */
export function judged(rulings: readonly Ruling[]): CheckResult {
  const kept = rulings.filter((ruling) => ruling.kept === true).length
  const broken = rulings.filter((ruling) => ruling.kept === false).map(({ rule }) => rule)
  const open = rulings.filter((ruling) => ruling.kept === null).map(({ rule }) => rule)
  if (broken.length > 0) return failed(`not kept: ${broken.join('; ')}`, kept / rulings.length)
  if (open.length > 0) return undecided(`cannot tell: ${open.join('; ')}`)
  if (kept === 0) return undecided('there is no rule to check')
  return passed(kept === 1 ? `kept: ${rulings[0]!.rule}` : `all ${kept} rules kept`)
}

/** The text, its end cut off where it has more than `most` characters. */
export function short(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function readable(text: string): string {
  return text.slice(0, longestText).replace(/\r\n?/g, '\n')
}
