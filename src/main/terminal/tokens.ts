// Terminal: what a run did to each token of a pair, as a table with a log-ratio at each checkpoint.
import { logRatio, type PairId, type ScoredToken, type TokenScores } from '#contract'
import { decimals, required, table, wholeNumber, type TerminalCommand } from './grammar.ts'
import { toldJob } from './jobs.ts'
import { runNamed } from './named.ts'

export const scoreTokens: TerminalCommand = {
  words: ['runs', 'tokens'],
  usage: 'R --pair N',
  positionals: [1, 1],
  options: ['pair'],
  async run(terminal, given) {
    const pair = wholeNumber(required(given, 'pair'), 'pair') as PairId
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    return toldJob(terminal, () => terminal.ask('runs.tokens', { run: run.id, pair }))
  },
  text: ({ steps, chosen, rejected }: TokenScores) => [
    'log pi_ref of each token, and log pi - log pi_ref at each checkpoint, in nats.',
    ...table(
      ['side', 'token', 'reference', ...steps.map((step) => `step ${step}`)],
      [...rows('chosen', chosen, steps), ...rows('rejected', rejected, steps)],
    ),
  ],
}

/** A row a token, and their sums. */
function rows(side: string, tokens: readonly ScoredToken[], steps: readonly number[]): string[][] {
  const sum = (value: (token: ScoredToken) => number) => tokens.reduce((total, token) => total + value(token), 0)
  return [
    ...tokens.map((token) => [
      ...[side, tokenText(token.text), decimals(token.reference ?? NaN)],
      ...steps.map((_, place) => decimals(logRatio(token, place))),
    ]),
    [
      side,
      'all',
      decimals(sum(({ reference }) => reference ?? NaN)),
      ...steps.map((_, i) => decimals(sum((one) => logRatio(one, i)))),
    ],
  ]
}

/** In quotes, with nothing in it that a terminal would obey. */
export function tokenText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
