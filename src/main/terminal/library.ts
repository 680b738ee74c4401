// Terminal commands about the machine, models and pairs.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FileFormat, type ColumnMap, type CommandOutput, type PairSet } from '#contract'
import { assignments, required, table, UsageError, type Terminal, type TerminalCommand } from './grammar.ts'
import { toldJob } from './jobs.ts'

const mega = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`

const doctor: TerminalCommand = {
  words: ['doctor'],
  usage: '',
  positionals: [0, 0],
  run: (terminal) => terminal.ask('app.doctor', {}),
  text: ({ findings }: CommandOutput<'app.doctor'>) =>
    findings.flatMap(({ name, state, text, advice }) => [
      `${{ good: '+', fair: '~', missing: '-' }[state]} ${name}: ${text}`,
      ...(advice ? [`    ${advice}`] : []),
    ]),
}

/** A path of this machine as the app needs it; a catalog name stays as it is. */
const source = (given: string) => (exists(given) ? resolve(given) : given)

/** What is told of a model that is new here. */
export function addedLines(model: CommandOutput<'models.add'>): string[] {
  const what = model.head === 'reward' ? 'reward model, ' : ''
  return [
    `Added ${model.name}: ${what}${model.family}, ${(model.parameters / 1e6).toFixed(1)} M parameters, ${model.precision}, context ${model.context}.`,
  ]
}

const addModel: TerminalCommand = {
  words: ['models', 'add'],
  usage: '<folder | file.gguf | catalog name> [--name N]',
  positionals: [1, 1],
  options: ['name'],
  run: (terminal, given) =>
    toldJob(terminal, () =>
      terminal.ask('models.add', {
        source: source(given.positionals[0] ?? ''),
        name: given.options.name ?? null,
      }),
    ),
  text: addedLines,
}

const examineModel: TerminalCommand = {
  words: ['models', 'examine'],
  usage: '<reward model> --pairs SET',
  positionals: [1, 1],
  options: ['pairs'],
  run: (terminal, given) =>
    toldJob(terminal, () =>
      terminal.ask('models.examine', { model: given.positionals[0] ?? '', set: required(given, 'pairs') }),
    ),
  text: ({ pairs, accuracy, low, high, logLoss, calibrationError, refused }: CommandOutput<'models.examine'>) => [
    `Right on ${(100 * accuracy).toFixed(1)} % of ${pairs} pairs (95 %: ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}).`,
    `Log loss ${logLoss.toFixed(4)} nats, calibration error ${calibrationError.toFixed(3)}.`,
    ...(refused.pairs > 0 ? [`${refused.pairs} pairs could not be read: ${refused.first}.`] : []),
  ],
}

const listModels: TerminalCommand = {
  words: ['models', 'list'],
  usage: '',
  positionals: [0, 0],
  run: (terminal) => terminal.ask('models.list', {}),
  text: ({ models, catalog }: CommandOutput<'models.list'>) => [
    ...table(
      ['name', 'head', 'family', 'parameters', 'on disk', 'context', 'precision'],
      models.map(({ name, head, family, parameters, bytes, context, precision }) => [
        name,
        head,
        family,
        `${(parameters / 1e6).toFixed(1)} M`,
        mega(bytes),
        String(context),
        precision,
      ]),
    ),
    ...catalog
      .filter(({ name }) => !models.some((model) => model.name === name))
      .map(({ name, label }) => `To be had: ${name} (${label})`),
  ],
}

const importPairs: TerminalCommand = {
  words: ['pairs', 'import'],
  usage:
    '<file> --set NAME [--format jsonl|json|csv|parquet|auto] [--map chosen=colA,rejected=colB,prompt=colC,margin=colD | --map completion=colA,label=colB,prompt=colC]',
  positionals: [1, 1],
  options: ['set', 'format'],
  lists: ['map'],
  async run(terminal, given) {
    const set = required(given, 'set')
    const report = await importFile(
      terminal,
      given.positionals[0] ?? '',
      set,
      given.options.format,
      assignments(given.lists.map, 'map'),
    )
    const first = report.refused.slice(0, 10).map(({ line, reason }) => `line ${line}: ${reason}`)
    if (report.refusedCount > 0) terminal.tell(`${report.refusedCount} rows were refused:\n  ${first.join('\n  ')}`)
    return report
  },
  text: ({ set, imported, duplicates, refusedCount }: CommandOutput<'pairs.import'>) => [
    `${imported} ${set.answers ? 'answers' : 'pairs'} imported into ${set.name}, ${duplicates} were there already, ${refusedCount} rows refused.`,
  ],
}

/** Imports a file of pairs; refuses when no row is good. */
export async function importFile(
  terminal: Terminal,
  file: string,
  set: string,
  format?: string,
  map?: ColumnMap,
): Promise<CommandOutput<'pairs.import'>> {
  const kind = format === undefined || format === 'auto' ? null : FileFormat.safeParse(format).data
  if (kind === undefined)
    throw new UsageError(`--format takes ${FileFormat.options.join(', ')} or auto, got ${JSON.stringify(format)}`)
  return terminal.ask('pairs.import', {
    file: resolve(file),
    set,
    format: kind,
    map: map && Object.keys(map).length > 0 ? map : null,
  })
}

const listPairs: TerminalCommand = {
  words: ['pairs', 'list'],
  usage: '',
  positionals: [0, 0],
  run: (terminal) => terminal.ask('sets.list', {}),
  text: (sets: PairSet[]) =>
    table(
      ['set', 'pairs', 'chosen', 'unlabelled', 'ties', 'skipped'],
      sets.map(({ name, pairs, chosen, answers, unlabelled, ties, skipped }) => [
        ...[name, String(pairs), answers ? `${answers.good} good, ${answers.bad} bad` : String(chosen)],
        ...[unlabelled, ties, skipped].map(String),
      ]),
    ),
}

const exportPairs: TerminalCommand = {
  words: ['pairs', 'export'],
  usage: '--set NAME --to FILE',
  positionals: [0, 0],
  options: ['set', 'to'],
  run: (terminal, given) =>
    terminal.ask('pairs.export', { set: required(given, 'set'), to: resolve(required(given, 'to')) }),
  text: ({ file, pairs }: CommandOutput<'pairs.export'>) => [`${pairs} pairs written to ${file}.`],
}

export const libraryCommands = [doctor, addModel, listModels, examineModel, importPairs, listPairs, exportPairs]

export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
