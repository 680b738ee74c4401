// `attune runs tokens`: a table of tokens over a real app, the same as JSON, and lines that it refuses.
import { expect, test } from 'vitest'
import type { TokenScores } from '#contract'
import { scoreTokens, tokenText } from '../../../src/main/terminal/tokens.ts'
import { commandLine } from './command-line.ts'

const { attune, refusal } = commandLine()

test(
  'a table of both answers with a column a checkpoint; JSON holds the same numbers',
  { timeout: 240_000 },
  async () => {
    const few = 'heldout_pairs=4 probe_pairs=4 probe_others=0 probe_samples=0 sample_prompts=0 geometry_pairs=0'
    const settings = few.split(' ').map((one) => `--set ${one}`)
    await attune(`train --model starter --pairs sample --steps 4 --set checkpoint_every=2 ${settings.join(' ')}`)
    const { stdout } = await attune('runs tokens 1 --pair 1 --json -')
    const scores = JSON.parse(stdout) as TokenScores
    expect(scores).toMatchObject({ run: 1, pair: 1, steps: [2, 4] })
    const told = await attune('runs tokens 1 --pair 1')
    expect(told.stderr).toMatch(/Score the tokens of pair 1 of .*: scoring tokens, at step 4/)
    const lines = told.stdout.trimEnd().split('\n')
    expect(lines).toEqual(scoreTokens.text(scores as never))
    expect(lines[1]).toMatch(/^side {2,}token {2,}reference {2,}step 2 {2,}step 4$/)
    expect(lines).toHaveLength(2 + scores.chosen.length + scores.rejected.length + 2)
    expect(lines[2]).toMatch(/^chosen {2,}".*" {2,}-?\d+\.\d{3}( +-?\d+\.\d{3}){2}$/)

    expect(await refusal('runs tokens 1 --pair 99999')).toEqual([
      1,
      'pair 99999: This pair is not among those of sample that the run has. Name one of the pairs of the run.',
    ])
    expect(await refusal('runs tokens 1 --pair x')).toEqual([2, '--pair takes a whole number, got "x"'])
    expect(await refusal('runs tokens 1')).toEqual([2, '--pair is missing'])
    expect((await refusal('runs tokens nobody --pair 1'))[1]).toMatch(/^nobody: There is no such run/)
  },
)

test('sums stand under each side, and a token says nothing to the terminal', () => {
  const token = (text: string, reference: number, ...policy: number[]) => ({ text, reference, policy })
  const lines = scoreTokens.text({
    ...{ run: 1, pair: 2, steps: [4, 8] },
    chosen: [token('\u001b[2J', -1, -1, -0.5), token('\u009b31m', -2, -2.25, -1.5)],
    rejected: [token('\n', -3, -3, -5)],
  } as never)
  expect(lines.slice(2).map((line) => line.split(/ {2,}/))).toEqual([
    ['chosen', '"\\u001b[2J"', '-1.000', '0.000', '0.500'],
    ['chosen', '"\\u{9b}31m"', '-2.000', '-0.250', '0.500'],
    ['chosen', 'all', '-3.000', '-0.250', '1.000'],
    ['rejected', '"\\n"', '-3.000', '0.000', '-2.000'],
    ['rejected', 'all', '-3.000', '0.000', '-2.000'],
  ])
  expect(tokenText('\u202eevil')).toBe('"\\u{202e}evil"')
})
