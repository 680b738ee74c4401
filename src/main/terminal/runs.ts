// Terminal commands about runs: train, watch, show, resume, and carry the model away.
import { basename, extname, resolve } from 'node:path'
import {
  MeasureName,
  MethodName,
  isOver,
  pairMeasures,
  ProblemError,
  readings as known,
  settingFromText,
  textsOfParameters,
  type CommandOutput,
  type PairId,
  type Reading,
  type Run,
  type RunId,
  type SettingValue,
} from '#contract'
import { checkerGiven } from './checker-parameters.ts'
import {
  assignments,
  required,
  table,
  UsageError,
  wholeNumber,
  type Arguments,
  type Terminal,
  type TerminalCommand,
} from './grammar.ts'
import { toldJob } from './jobs.ts'
import { addedLines, exists, importFile } from './library.ts'

const train: TerminalCommand = {
  words: ['train'],
  usage:
    '--model M --pairs SET|FILE --method dpo [--set key=value]... [--checker NAME] [--parameter key=value]... [--steps N] [--seed S] [--name R]',
  positionals: [0, 0],
  options: ['model', 'pairs', 'method', 'checker', 'steps', 'seed', 'name'],
  lists: ['set', 'parameter'],
  async run(terminal, given) {
    const method = MethodName.safeParse(given.options.method ?? 'dpo')
    if (!method.success)
      throw new UsageError(
        `--method takes ${MethodName.options.join(', ')}, got ${JSON.stringify(given.options.method)}`,
      )
    const checker = await checkerGiven(terminal, given)
    const settings = {
      ...settingsOf(given),
      ...(checker && { checker: checker.name, checker_parameters: textsOfParameters(checker.parameters) }),
    }
    const model = required(given, 'model')
    const set = await setOf(terminal, required(given, 'pairs'))
    const seed = wholeNumber(given.options.seed ?? '0', 'seed')
    const run = await terminal.ask('runs.start', {
      model,
      set,
      method: method.data,
      settings,
      seed,
      name: given.options.name ?? null,
    })
    return summary(terminal, await watch(terminal, run))
  },
  text: (answer: Summary) => [
    `${answer.name}: ${answer.status} after ${answer.step} of ${answer.steps} steps.`,
    ...answer.properties,
    ...answer.heldOut,
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
      ['id', 'name', 'status', 'step', 'method', 'model', 'pairs', 'started'],
      runs.map((run) => [
        String(run.id),
        run.name,
        run.status,
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

export const runCommands = [train, resume, list, show, readings, carry, keepModel]

function settingsOf(given: Arguments): Record<string, SettingValue> {
  const texts = assignments(given.lists.set, 'set')
  if (given.options.steps !== undefined) texts.steps = given.options.steps
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, settingFromText(key, text) as SettingValue]),
  )
}

/** A set of that name, or a file that becomes the set of its own name. */
export async function setOf(terminal: Terminal, given: string): Promise<string> {
  const sets = await terminal.ask('sets.list', {})
  if (sets.some(({ name }) => name === given) || !exists(given)) return given
  const { set, imported, duplicates, refused, refusedCount } = await importFile(
    terminal,
    given,
    basename(given, extname(given)),
  )
  terminal.tell(
    `${imported} pairs imported into ${set.name}, ${duplicates} were there already, ${refusedCount} rows refused.`,
  )
  for (const { line, reason } of refused.slice(0, 10)) terminal.tell(`  line ${line}: ${reason}`)
  return set.name
}

/** @throws ProblemError when no run has this number or name */
export async function runNamed(terminal: Terminal, given: string): Promise<Run> {
  const runs = await terminal.ask('runs.list', {})
  const found = runs.find(({ id }) => String(id) === given) ?? runs.find(({ name }) => name === given)
  if (!found)
    throw new ProblemError({
      code: 'not-found',
      message: 'There is no such run',
      where: given,
      advice: 'See attune runs list',
    })
  return found
}

/** Tells a run's progress until it ends. Ctrl+C stops it with a checkpoint. */
async function watch(terminal: Terminal, run: Run): Promise<Run> {
  const losses = terminal.on(
    'runs.read',
    (event) => event.run === run.id && event.readings.filter(({ name }) => name === 'loss').forEach(tellLoss(terminal)),
  )
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
  if (last.status === 'failed' || last.status === 'interrupted')
    throw new ProblemError({
      code: 'refused',
      message: last.reason ?? `The run is ${last.status}`,
      where: `run ${last.id}`,
    })
  return last
}

const tellLoss = (terminal: Terminal) => (reading: Reading) =>
  terminal.tell(`step ${reading.step}  loss ${reading.value.toFixed(4)}`)

type Summary = Omit<Run, 'id'> & {
  run: RunId
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
