// Terminal commands about studies: what there is, run one to its end or go on with it, show it, and write its report.
import { resolve } from 'node:path'
import {
  CheckerName,
  ProblemError,
  stepsDone,
  StudyForm,
  StudyName,
  type CommandInput,
  type CommandOutput,
  type JobId,
  type Study,
  type StudyEstimate,
} from '#contract'
import {
  numberOption,
  required,
  table,
  UsageError,
  type Arguments,
  type Terminal,
  type TerminalCommand,
} from './grammar.ts'
import { setOf } from './named.ts'

type Request = CommandInput<'studies.start'>

/** After so many seconds without a line a step tells how far it is. */
const quietSeconds = 30

const list: TerminalCommand = {
  words: ['study', 'list'],
  usage: '',
  positionals: [0, 0],
  async run(terminal) {
    const { listings, studies } = await terminal.ask('studies.list', {})
    const estimates = new Map<string, StudyEstimate | null>()
    for (const { name, forms } of listings)
      for (const { form } of forms)
        estimates.set(
          `${name} ${form}`,
          await terminal.ask('studies.estimate', { study: name, form }).catch(() => null),
        )
    return { listings, studies, estimates: Object.fromEntries(estimates) }
  },
  text: ({
    listings,
    studies,
    estimates,
  }: CommandOutput<'studies.list'> & { estimates: Record<string, StudyEstimate | null> }) => [
    ...listings.flatMap(({ name, question, forms }) => [
      `${name}: ${question}`,
      ...forms.map(
        ({ form, about, model, seeds }) =>
          `  ${form.padEnd(6)}  ${model}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, ${about}; ${timeText(estimates[`${name} ${form}`]?.seconds ?? null)}`,
      ),
    ]),
    ...(studies.length > 0 ? ['', ...studyTable(studies)] : []),
  ],
}

const run: TerminalCommand = {
  words: ['study', 'run'],
  usage:
    'NAME [--form short|middle|long] [--model M] [--seeds N] [--pairs SET|FILE] [--others SET|FILE] [--own SET|FILE] [--checker C] [--others-checker C]',
  positionals: [1, 1],
  options: ['form', 'model', 'seeds', 'pairs', 'others', 'own', 'checker', 'others-checker'],
  async run(terminal, given) {
    const request = await requestOf(terminal, given)
    const { seconds, secondsFrom, steps, left } = await terminal.ask('studies.estimate', request)
    const what = left < steps ? `${left} of ${steps} steps left` : `${steps} steps`
    terminal.tell(`${what}, ${timeText(seconds)}, by ${secondsFrom}.`)
    return followed(terminal, await terminal.ask('studies.start', request))
  },
  text: (study: Study) => showLines(study),
}

const show: TerminalCommand = {
  words: ['study', 'show'],
  usage: 'NAME|ID',
  positionals: [1, 1],
  run: async (terminal, given) => studyNamed(terminal, given.positionals[0] ?? ''),
  text: (study: Study) => showLines(study),
}

const report: TerminalCommand = {
  words: ['study', 'report'],
  usage: 'NAME|ID --to FILE.html',
  positionals: [1, 1],
  options: ['to'],
  async run(terminal, given) {
    const to = resolve(required(given, 'to'))
    const { id } = await studyNamed(terminal, given.positionals[0] ?? '')
    return terminal.ask('studies.write-report', { study: id, to })
  },
  text: ({ file, findings }: CommandOutput<'studies.write-report'>) => [...findings, `Written to ${file}.`],
}

export const studyCommands = [list, run, show, report]

async function requestOf(terminal: Terminal, given: Arguments): Promise<Request> {
  const study = StudyName.safeParse(given.positionals[0])
  if (!study.success) throw new UsageError(`NAME is one of ${StudyName.options.join(', ')}`)
  const form = StudyForm.safeParse(given.options.form ?? 'short')
  if (!form.success) throw new UsageError(`--form takes ${StudyForm.options.join(', ')}`)
  const { model = null, pairs, others, own } = given.options
  return {
    ...{ study: study.data, form: form.data, model, seeds: numberOption(given, 'seeds') ?? null },
    pairs: pairs === undefined ? null : await setOf(terminal, pairs),
    others: others === undefined ? null : await setOf(terminal, others),
    own: own === undefined ? null : await setOf(terminal, own),
    ...{ checker: checkerOf(given, 'checker'), othersChecker: checkerOf(given, 'others-checker') },
  }
}

function checkerOf({ options }: Arguments, option: string): CheckerName | null {
  const name = options[option]
  if (name === undefined) return null
  const known = CheckerName.safeParse(name)
  if (!known.success) throw new UsageError(`--${option} takes ${CheckerName.options.join(', ')}`)
  return known.data
}

/** Tells each step, and what is done within it when nothing was told for a while, until the study ends. Ctrl+C stops it: what is done stays done. */
async function followed(terminal: Terminal, { id }: Study): Promise<Study> {
  const stop = () => void terminal.ask('studies.stop', { study: id }).catch(() => {})
  terminal.interrupted.addEventListener('abort', stop)
  let lastTold = Date.now()
  const tell = (line: string) => {
    lastTold = Date.now()
    terminal.tell(line)
  }
  const within = (line: string) => {
    if (Date.now() - lastTold > quietSeconds * 1000) tell(`  ${line}`)
  }
  let own: JobId | null = null
  terminal.on('jobs.changed', ({ id: job, title, doing, status }) => {
    if (status === 'running' && doing !== '' && job !== own) within(`${title}: ${doing}`)
  })
  terminal.on('runs.changed', ({ name, doing, step, steps, status }) => {
    if (status === 'running') within(`${name}: ${doing ?? `step ${step} of ${steps}`}`)
  })
  const last = await new Promise<Study>((resolved) => {
    let told = ''
    const hear = (study: Study) => {
      if (study.id !== id) return
      own = study.job
      if (study.doing && study.doing !== told) tell(`${(told = study.doing)} (${timeText(study.secondsLeft)} left)`)
      if (study.status !== 'running') resolved(study)
    }
    terminal.on('studies.changed', hear)
    void terminal.ask('studies.show', { study: id }).then(hear)
  })
  if (last.status === 'failed')
    throw new ProblemError({
      code: 'refused',
      message: last.reason ?? 'The study failed',
      where: `study ${last.id}`,
      advice: 'The same command goes on from there',
    })
  return last
}

/** The study of this number, or the newest of this name. @throws ProblemError `not-found` */
async function studyNamed(terminal: Terminal, given: string): Promise<Study> {
  const { studies } = await terminal.ask('studies.list', {})
  const found = studies.find(({ id }) => String(id) === given) ?? studies.findLast(({ name }) => name === given)
  if (found) return found
  throw new ProblemError({
    code: 'not-found',
    message: 'No such study was started',
    where: given,
    advice: 'See attune study list',
  })
}

function showLines(study: Study): string[] {
  const { name, id, form, model, seeds, status, reason, steps } = study
  return [
    `${name} (study ${id}), ${form}, ${model}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}: ${status}, ${doneText(study)}`,
    ...(reason ? [reason] : []),
    ...steps.map(
      ({ title, done, seconds }) =>
        `  ${done ? 'done' : '    '}  ${title}${seconds ? `, ${seconds.toFixed(0)} s` : ''}`,
    ),
  ]
}

function studyTable(studies: readonly Study[]): string[] {
  return table(
    ['id', 'study', 'form', 'model', 'seeds', 'status', 'steps', 'started'],
    studies.map((study) => [
      ...[String(study.id), study.name, study.form, study.model, String(study.seeds), study.status, doneText(study)],
      study.createdAt,
    ]),
  )
}

const doneText = (study: Study) => `${stepsDone(study)} of ${study.steps.length} steps`

/** 'about 40 s', 'about 25 min', 'about 7.5 h'. */
function timeText(seconds: number | null): string {
  if (seconds === null) return 'time unknown'
  if (seconds < 100) return `about ${Math.max(1, Math.round(seconds))} s`
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${(seconds / 3600).toFixed(1)} h`
}
