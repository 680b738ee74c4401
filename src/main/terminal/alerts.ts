// Terminal: the alerts of a run, as a table of lines and as they happen.
import type { Alert } from '#contract'
import type { Terminal, TerminalCommand } from './grammar.ts'
import { runNamed } from './named.ts'

const span = ({ since, raisedStep, clearedStep }: Alert) =>
  `since step ${since}, raised at ${raisedStep}, ${clearedStep === null ? 'stands' : `ended at ${clearedStep}`}`

/** One alert as lines: what stands, what was seen, why, and what to change. */
export function alertLines(alert: Alert): string[] {
  const { level, title, sentence, cause, next, evidence } = alert
  const seen = evidence.map(({ label, step, value, limit }) => {
    const against = limit === null ? '' : ` (limit ${limit})`
    return `  step ${step}: ${label} ${Number(value.toPrecision(3))}${against}`
  })
  return [`${level}: ${title}, ${span(alert)}`, `  ${sentence}`, ...seen, `  ${cause}`, `  ${nextLine(next)}`]
}

/** What to change, with the options that do it. */
function nextLine(next: Alert['next']): string {
  if (!next) return 'No change of settings is known to help.'
  const options = [
    ...(next.from ? [`--from ${next.from.run}@${next.from.step}`] : []),
    ...Object.entries(next.settings).map(([key, value]) => `--set ${key}=${String(value)}`),
  ]
  return `${next.text} ${options.join(' ')}`
}

export const listAlerts: TerminalCommand = {
  words: ['runs', 'alerts'],
  usage: 'R',
  positionals: [1, 1],
  async run(terminal, given) {
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    return terminal.ask('runs.alerts', { run: run.id })
  },
  text: (alerts: Alert[]) => (alerts.length === 0 ? ['No alert was raised.'] : alerts.flatMap(alertLines)),
}

/** Tells each alert of a run as it is raised, rises or ends, in a line. Returns how to stop. */
export function tellAlerts(terminal: Terminal, run: number): () => void {
  return terminal.on('runs.alerted', (alert) => {
    if (alert.run !== run) return
    const { level, title, sentence, clearedStep } = alert
    terminal.tell(clearedStep === null ? `${level}: ${title}. ${sentence}` : `ended at step ${clearedStep}: ${title}`)
  })
}
