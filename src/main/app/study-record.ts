// What a study was run with, so that it can be repeated: the command, and the versions, hashes and settings behind its numbers.
import type { SettingValues, StudyReport, StudyRequest } from '#contract'
import { standIns, withSets, type Outcome, type Step, type StudyPlanning } from '../studies/index.ts'
import type { AppContext } from './context.ts'

/** The terminal's command for the same study. */
export function commandOf(request: StudyRequest): string {
  const { study, form, model, seeds, pairs, others, own, checker, othersChecker } = request
  const options = { form, model, seeds, pairs, others, own, checker, 'others-checker': othersChecker }
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === null ? [] : [`--${name} ${quoted(String(value))}`],
  )
  return ['npm run -s attune -- study run', study, ...given].join(' ')
}

const quoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** Names and values; of versions and hashes those that the first run pinned. */
export function pinnedOf(
  { store, version }: Pick<AppContext, 'store' | 'version'>,
  { form: { sampling }, model, sets, checkers }: StudyPlanning,
  steps: readonly Step[],
  outcomes: readonly (Outcome | null)[],
): StudyReport['pinned'] {
  const first = outcomes.find((outcome) => outcome && 'run' in outcome)
  const run = first && 'run' in first ? store.runs.list().find(({ id }) => id === first.run) : undefined
  const pinned = run?.provenance
  const json = (value: object) => JSON.stringify(value)
  const named = standIns(steps, outcomes)
  const asked = steps.some((step) => step.does === 'derive' && step.turns) ? ", each as a user's turn" : ''
  return [
    ['model', model],
    ['questions', `${sets.pairs}${asked}`],
    ['checker', checkers.pairs],
    ...(steps.some((step) => step.does === 'derive' && step.chosen.set === sets.others)
      ? ([
          ['other questions', `${sets.others}${asked}`],
          ['their checker', checkers.others],
        ] satisfies StudyReport['pinned'])
      : []),
    ...(pinned
      ? ([
          ['model hash', pinned.modelHash],
          ['tokenizer hash', pinned.tokenizerHash],
          ['pairs hash, first arm', pinned.setVersionHash],
          ['Attune, TensorFlow', `${pinned.app}, ${pinned.tensorflow}`],
          ['device, precision', `${pinned.device}, ${pinned.precision}`],
        ] satisfies StudyReport['pinned'])
      : ([['Attune', version]] satisfies StudyReport['pinned'])),
    [
      'pairs of its sets',
      outcomes.flatMap((made) => (made && 'set' in made ? [`${made.set} ${made.pairs}`] : [])).join(', ') || 'none yet',
    ],
    ['sampling', json(sampling)],
    ...settingsOf(steps.map((step) => withSets(step, named))),
  ]
}

/** Settings as the steps were planned with, which a later version of the study may not have: those that all runs share, then each arm's own. */
function settingsOf(steps: readonly Step[]): StudyReport['pinned'] {
  const trained = steps.flatMap((step) => (step.does === 'train' && (step.asks.seed ?? 0) === 0 ? [step] : []))
  const all = trained.map(({ asks }) => Object.entries(asks.settings ?? {}))
  const isShared = ([key, value]: [string, unknown]) =>
    trained.every(({ asks }) => JSON.stringify((asks.settings as SettingValues)[key]) === JSON.stringify(value))
  const json = (entries: readonly [string, unknown][]) => JSON.stringify(Object.fromEntries(entries))
  return [
    ['settings of all runs', json((all[0] ?? []).filter(isShared))],
    ...trained.map(({ key, asks }, i): [string, string] => [
      key.replace(/^train | 0$/g, ''),
      `${asks.method} on ${asks.set}, ${json(all[i]!.filter((entry) => !isShared(entry)))}`,
    ]),
  ]
}
