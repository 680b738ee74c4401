// How often each rule is right: hits among the ill runs, false alarms among the others, as lines of Markdown.
import type { AlertRule, Share } from '#contract'
import { passRate } from '#ml'
import type { JudgedRun } from './judged.ts'

const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/** '7 of 9 (45 to 94 %)': a share with Wilson's 95 % interval. */
function shareText(of: number, n: number): string {
  if (n === 0) return '–'
  const { low, high } = passRate(of, n)
  return `${of} of ${n} (${(100 * low).toFixed(0)} to ${percent(high)})`
}

export function reportLines(runs: readonly JudgedRun[], start: Share): string[] {
  const [ill, well] = [runs.filter((run) => run.ill), runs.filter((run) => !run.ill)]
  const rules = [...new Set(runs.flatMap((run) => Object.keys(run.raised) as AlertRule[]))]
  const row = (name: string, raised: (run: JudgedRun) => boolean) =>
    `| ${name} | ${shareText(ill.filter(raised).length, ill.length)} | ${shareText(well.filter(raised).length, well.length)} |`
  const steps = (rule: AlertRule) => {
    const own = ill.flatMap(({ raised }) => raised[rule]?.step ?? []).sort((a, b) => a - b)
    return own.length > 0 ? `, first at step ${own[own.length >> 1]} in the middle one` : ''
  }
  return [
    `${runs.length} runs: ${ill.length} ill, ${well.length} not. The model itself is right in ${percent(start.rate ?? 0)} (${percent(start.low)} to ${percent(start.high)}).`,
    '',
    '| rule | raised in ill runs | raised in others |',
    '| --- | --- | --- |',
    ...rules.flatMap((rule) => [
      row(`${rule}${steps(rule)}`, ({ raised }) => raised[rule] != null),
      ...(runs.some(({ raised }) => raised[rule]?.level === 'alarm')
        ? [row(`${rule}, as an alarm`, ({ raised }) => raised[rule]?.level === 'alarm')]
        : []),
    ]),
    row('any rule but nothing-moves', ({ raised }) =>
      rules.some((rule) => rule !== 'nothing-moves' && raised[rule] != null),
    ),
    row('any, as an alarm', ({ raised }) => rules.some((rule) => raised[rule]?.level === 'alarm')),
    '',
    '| run | right | ill | raised |',
    '| --- | --- | --- | --- |',
    ...runs.map(
      ({ name, share, ill: isIll, raised }) =>
        `| ${name} | ${percent(share.rate ?? 0)} | ${isIll ? 'yes' : 'no'} | ${raisedText(raised) || 'none'} |`,
    ),
  ]
}

const raisedText = (raised: JudgedRun['raised']) =>
  Object.entries(raised)
    .flatMap(([rule, one]) => (one ? [`${rule} (${one.level}, ${one.step})`] : []))
    .join(', ')
