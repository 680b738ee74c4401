// Terminal commands about runs: train, watch, show, resume, and carry the model away.
import { resolve } from 'node:path'
import {
  MeasureName,
  isOver,
  pairMeasures,
  ProblemError,
  readings as known,
  type Alert,
  type CommandOutput,
  type PairId,
  type Reading,
  type Run,
  type RunId,
} from '#contract'
import { required, table, UsageError, type Terminal, type TerminalCommand } from './grammar.ts'
import { listAlerts, tellAlerts } from './alerts.ts'
import { toldJob } from './jobs.ts'
import { addedLines } from './library.ts'
import { runNamed } from './named.ts'
import { scoreTokens } from './tokens.ts'
import { trainRequest } from './train-request.ts'

const train: TerminalCommand = {
  words: ['train'],
  usage:
    '--model M --pairs SET|FILE --method dpo | --from R[@STEP] [--set key=value]... [--checker NAME] [--parameter key=value]... [--steps N] [--seed S] [--name R]',
  positionals: [0, 0],
  options: ['model', 'pairs', 'method', 'from', 'checker', 'steps', 'seed', 'name'],
  lists: ['set', 'parameter'],
  async run(terminal, given) {
    const run = await terminal.ask('runs.start', await trainRequest(terminal, given))
    return summary(terminal, await watch(terminal, run))
  },
  text: (answer: Summary) => [
    `${answer.name}: ${answer.status} after ${answer.step} of ${answer.steps} steps.`,
    ...answer.properties,
    ...answer.heldOut,
    ...standingLines(answer),
  ],
}

const resume: TerminalCommand = {
  words: ['runs', 'resume'],
  usage: 'R',
  positionals: [1, 1],
  async run(terminal, given) {
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    return summary(terminal, await watch(terminal, await terminal.ask('runs.resume', { run: run.id })))
  },
  text: train.text,
}

const list: TerminalCommand = {
  words: ['runs', 'list'],
  usage: '',
  positionals: [0, 0],
  run: (terminal) => terminal.ask('runs.list', {}),
  text: (runs: Run[]) =>
    table(
      ['id', 'name', 'status', 'alerts', 'step', 'method', 'model', 'pairs', 'started'],
      runs.map((run) => [
        String(run.id),
        run.name,
        run.status,
        standingText(run),
        `${run.step}/${run.steps}`,
        run.method,
        run.model.name,
        run.set.name,
        run.createdAt,
      ]),
    ),
}

const show: TerminalCommand = {
  words: ['runs', 'show'],
  usage: 'R',
  positionals: [1, 1],
  async run(terminal, given) {
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    return summary(terminal, run)
  },
  text: (answer: Summary) => [
    `${answer.name} (run ${answer.run}): ${answer.status}, step ${answer.step} of ${answer.steps}`,
    ...(answer.reason ? [answer.reason] : []),
    ...leftOutLines(answer),
    ...answer.properties,
    ...answer.heldOut,
    ...standingLines(answer),
    ...Object.entries(answer.settings).map(([key, value]) => `  ${key} = ${JSON.stringify(value)}`),
  ],
}

const readings: TerminalCommand = {
  words: ['runs', 'readings'],
  usage: 'R --to FILE.jsonl|.csv',
  positionals: [1, 1],
  options: ['to'],
  async run(terminal, given) {
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    return terminal.ask('runs.write-readings', { run: run.id, to: resolve(required(given, 'to')) })
  },
  text: ({ file, readings: count }: CommandOutput<'runs.write-readings'>) => [`${count} readings written to ${file}.`],
}

const carry: TerminalCommand = {
  words: ['export'],
  usage: 'R --format peft|merged --to PATH',
  positionals: [1, 1],
  options: ['format', 'to'],
  async run(terminal, given) {
    const format = required(given, 'format')
    if (format !== 'peft' && format !== 'merged')
      throw new UsageError(`--format takes peft or merged, got ${JSON.stringify(format)}`)
    const to = resolve(required(given, 'to'))
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    return terminal.ask('runs.export', { run: run.id, format, to })
  },
  text: ({ folder }: CommandOutput<'runs.export'>) => [`Written to ${folder}.`],
}

const keepModel: TerminalCommand = {
  words: ['models', 'keep'],
  usage: 'R --name N',
  positionals: [1, 1],
  options: ['name'],
  async run(terminal, given) {
    const run = await runNamed(terminal, given.positionals[0] ?? '')
    const name = required(given, 'name')
    return toldJob(terminal, () => terminal.ask('models.keep', { run: run.id, name }))
  },
  text: addedLines,
}

export const runCommands = [train, resume, list, show, listAlerts, readings, scoreTokens, carry, keepModel]

/** Tells a run's progress until it ends. Ctrl+C stops it with a checkpoint. */
async function watch(terminal: Terminal, run: Run): Promise<Run> {
  const losses = terminal.on(
    'runs.read',
    (event) => event.run === run.id && event.readings.filter(({ name }) => name === 'loss').forEach(tellLoss(terminal)),
  )
  const alerts = tellAlerts(terminal, run.id)
  const end = new Promise<Run>((resolved) => {
    let phase = ''
    terminal.on('runs.changed', (changed) => {
      if (changed.id !== run.id) return
      // 'scoring probes, 8 of 88 probes' counts up: a terminal is told of the phase, not of each count.
      const now = changed.doing?.split(',')[0] ?? ''
      if (now !== phase && now) terminal.tell(now)
      phase = now
      if (isOver(changed.status)) resolved(changed)
    })
  })
  terminal.interrupted.addEventListener('abort', () => void terminal.ask('runs.stop', { run: run.id }).catch(() => {}))
  const { run: now } = await terminal.ask('runs.show', { run: run.id })
  const last = isOver(now.status) ? now : await end
  losses()
  alerts()
  if (last.status === 'failed' || last.status === 'interrupted')
    throw new ProblemError({
      code: 'refused',
      message: last.reason ?? `The run is ${last.status}`,
      where: `run ${last.id}`,
    })
  return last
}

/** '1 alarm, 2 watch', of alerts that stand; '-' for none. */
function standingText({ alerts: { alarm, watch } }: Pick<Run, 'alerts'>): string {
  return [alarm > 0 ? `${alarm} alarm` : null, watch > 0 ? `${watch} watch` : null].filter(Boolean).join(', ') || '-'
}

const standingLines = ({ raised, run }: Summary) => {
  const standing = raised.filter(({ clearedStep }) => clearedStep === null)
  return standing.length === 0
    ? []
    : [...standing.map(({ level, title }) => `${level}: ${title}`), `See attune runs alerts ${run}.`]
}

const tellLoss = (terminal: Terminal) => (reading: Reading) =>
  terminal.tell(`step ${reading.step}  loss ${reading.value.toFixed(4)}`)

type Summary = Omit<Run, 'id'> & {
  run: RunId
  /** Its alerts, ended ones too. */
  raised: Alert[]
  properties: string[]
  /** How scores and accuracies on what was held out went, in words. */
  heldOut: string[]
  /** Pairs of the set that it trains without, by a measure. */
  leftOut: PairId[]
  versions: { app: string; tensorflow: string } | null
  device: string | null
  precision: string | null
  /** One object a step: { step, name: value, … }. */
  readings: Record<string, number>[]
}

async function summary(terminal: Terminal, { id }: Run): Promise<Summary> {
  const { run, judgements, leftOut } = await terminal.ask('runs.show', { run: id })
  const steps = new Map<number, Record<string, number>>()
  for (const { step, name, value } of await terminal.ask('runs.readings', { run: id })) {
    const row = steps.get(step) ?? { step }
    row[name] = value
    steps.set(step, row)
  }
  const rows = [...steps.values()].sort((a, b) => (a.step ?? 0) - (b.step ?? 0))
  const { id: _, ...rest } = run
  const pinned = run.provenance
  return {
    run: id,
    ...rest,
    versions: pinned && { app: pinned.app, tensorflow: pinned.tensorflow },
    device: pinned?.device ?? null,
    precision: pinned?.precision ?? null,
    properties: judgements.map(({ property, light, sentence }) => `${property} (${light}): ${sentence}`),
    heldOut: heldOutLines(rows),
    leftOut,
    raised: await terminal.ask('runs.alerts', { run: id }),
    readings: rows,
  }
}

function leftOutLines({ leftOut, settings }: Summary): string[] {
  const by = MeasureName.safeParse(settings.leave_out_by).data
  if (leftOut.length === 0 || !by) return []
  const pairs = leftOut.length === 1 ? '1 pair was' : `${leftOut.length} pairs were`
  return [`${pairs} left out: the ${String(settings.leave_out_end)} by ${pairMeasures[by].label}.`]
}

const toldHeldOut = [
  'probe/heldout/score_sampled',
  'probe/heldout/pass_rate_sampled',
  'probe/heldout/pass_rate',
  'probe/heldout/reward_accuracy',
] as const

function heldOutLines(rows: readonly Record<string, number>[]): string[] {
  return toldHeldOut.flatMap((name) => {
    const values = rows.flatMap((row) => (row[name] === undefined ? [] : [row[name]]))
    const [first, last] = [values[0], values.at(-1)]
    if (first === undefined || last === undefined) return []
    return [`${known[name].label}: ${last.toFixed(3)}, ${first.toFixed(3)} at first.`]
  })
}
