// docs/alerts.md says the limits that the rules have, and names every rule.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AlertRule } from '#contract'
import { limits, type Condition } from '../../../../src/main/app/alerts/limits.ts'
import { rules } from '../../../../src/main/app/alerts/rules.ts'

const page = readFileSync(new URL('../../../../docs/alerts.md', import.meta.url), 'utf8')

/** 'dispersion/kl at least 8, 25, ends at 6' */
function conditionText({ signal, side, watch, alarm, clear }: Condition): string {
  const levels = alarm === null ? `${watch}` : watch === alarm ? `${watch}` : `${watch}, ${alarm}`
  return `\`${signal}\` at ${side === 'above' ? 'least' : 'most'} ${levels}${clear === watch ? '' : `, ends at ${clear}`}`
}

/** The row of a rule in the page's table. */
function row(rule: AlertRule): string {
  const { hold, release, ways } = limits[rule]
  const all = ways.map((way) => way.map(conditionText).join(' and ')).join('; or ')
  return `| \`${rule}\` | ${rules[rule].title} | ${all} | ${hold}, ${release} |`
}

test('the table of limits is that of the rules', () => {
  const stands = page.split('\n').filter((line) => /^\| `[a-z-]+` \| /.test(line))
  expect(stands).toEqual(AlertRule.options.map(row))
})
