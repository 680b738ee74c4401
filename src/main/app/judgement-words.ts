// Numbers of the three properties as words that need no textbook.

/** A change of log-probability per token: 'lost 0.84 nats a token (a typical token 2.3 times less likely)'. */
export function inWords(change: number): string {
  const verb = change < 0 ? 'lost' : 'gained'
  const likely = change < 0 ? 'less' : 'more'
  return `${verb} ${Math.abs(change).toFixed(2)} nats a token (${fold(change)} ${likely} likely)`
}

/** How many times likelier or unlikelier a token became, in the geometric mean, from a change in nats. */
function fold(change: number): string {
  const factor = Math.exp(Math.abs(change))
  if (factor >= 1.1) return `a typical token ${times(factor)}`
  return `a typical token ${percent(change < 0 ? 1 - 1 / factor : factor - 1)}`
}

/** '6.2 times', '31 times', 'over 1000 times'. */
export function times(ratio: number): string {
  if (ratio > 1000) return 'over 1000 times'
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)} times`
}

/** A share as a percentage without decimals. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** '+0.01 nats a token', with a real minus sign. */
export function signedWords(change: number): string {
  const digits = Math.abs(change).toFixed(2)
  const sign = Number(digits) === 0 ? '' : change < 0 ? '−' : '+'
  return `${sign}${digits} nats a token`
}
