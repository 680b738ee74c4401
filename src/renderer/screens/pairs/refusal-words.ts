// Refused rows in one sentence: how many, why, and on which lines.
import type { RefusedRow } from '#contract'
import { count, counted } from '../../quantities.ts'

/** '3 of 1,769 rows were refused: no `rejected` column (lines 12, 40, 977).' The commonest reasons first. */
export function refusalSentence(refused: readonly RefusedRow[], refusedCount: number, rows: number): string {
  const head = `${count(refusedCount)} of ${counted(rows, 'row')} ${refusedCount === 1 ? 'was' : 'were'} refused`
  const all = reasonsOf(refused)
  const reasons = all.slice(0, 3).map(({ reason, lines }) => {
    const named = lines.slice(0, 4).map(count).join(', ')
    return `${midSentence(reason)} (${lines.length === 1 ? 'line' : 'lines'} ${named}${lines.length > 4 ? ' …' : ''})`
  })
  if (all.length > 3) reasons.push(counted(all.length - 3, 'other reason'))
  return reasons.length === 0 ? `${head}.` : `${head}: ${reasons.join('; ')}.`
}

/** A sentence as a part of another: no full stop, no capital but a name's or an abbreviation's. */
function midSentence(sentence: string): string {
  const open = sentence.replace(/\.$/, '')
  return /^[A-Z][a-z]* /.test(open) || /^[A-Z][a-z]+$/.test(open) ? open.charAt(0).toLowerCase() + open.slice(1) : open
}

/** The reasons and the lines of each, commonest first. */
export function reasonsOf(refused: readonly RefusedRow[]): { reason: string; lines: number[] }[] {
  const byReason = new Map<string, number[]>()
  for (const { reason, line } of refused) {
    const lines = byReason.get(reason)
    if (lines) lines.push(line)
    else byReason.set(reason, [line])
  }
  return [...byReason].map(([reason, lines]) => ({ reason, lines })).sort((a, b) => b.lines.length - a.lines.length)
}
