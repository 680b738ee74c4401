// How each kind of step is done. Each looks first whether what it makes is there already: a study that died in between does it once.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError, type CommandOutput } from '#contract'
import { derivedPairs, type PairLine } from './deriving.ts'
import { cancellable, endedEvaluation, endedRun, type Desk } from './desk.ts'
import { howAsked, type Sampled } from './sharing.ts'
import type { Outcome, Step, StepDoes } from './study.ts'

export type Bench = {
  desk: Desk
  signal: AbortSignal
  /** A folder for files in between, and the one of the files that ship. */
  folder: string
  shipped: string
  /** What came of a step that is done. */
  outcome: (key: string) => Outcome
  /** What other studies had sampled here, newest first. */
  sampled: () => readonly Sampled[]
}

type Doing<K extends StepDoes['does']> = (step: Extract<Step, { does: K }>, bench: Bench) => Promise<Outcome>

/** Does a step. @throws ProblemError when it cannot be done, and `cancelled` when the signal fires */
export function performed(step: Step, bench: Bench): Promise<Outcome> {
  return (ways[step.does] as Doing<StepDoes['does']>)(step, bench)
}

const ways: { [K in StepDoes['does']]: Doing<K> } = {
  async import({ file, into }, { desk, shipped }) {
    const there = await setNamed(desk, into)
    if (there) return setOutcome(there)
    return setOutcome((await desk.ask('pairs.import', { file: join(shipped, file), set: into })).set)
  },

  async derive({ into, ...deriving }, bench) {
    const { desk, folder } = bench
    const there = await setNamed(desk, into)
    if (there) return setOutcome(there)
    const sets = [deriving.chosen.set, deriving.rejected.set, deriving.within].filter((set) => set !== null)
    const lines = new Map<string, PairLine[]>()
    for (const set of new Set(sets)) lines.set(set, await exportedPairs(bench, set))
    const pairs = derivedPairs(lines, deriving)
    if (pairs.length === 0) throw nothingLeft(into, sets)
    const file = join(folder, 'derived.jsonl')
    await writeFile(file, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''))
    return setOutcome((await desk.ask('pairs.import', { file, set: into })).set)
  },

  async sample({ asks }, bench) {
    const { desk, signal } = bench
    const there = (await setNamed(desk, asks.into)) ?? (await sampledAlike(asks, bench))
    if (there) return setOutcome(there)
    return setOutcome((await cancellable(desk, signal, () => desk.ask('pairs.sample', asks))).set)
  },

  async train({ asks }, { desk, signal }) {
    const before = (await desk.ask('runs.list', {})).find(({ name }) => name === asks.name)
    const begun = before ?? (await desk.ask('runs.start', asks))
    if (before && ['stopped', 'interrupted', 'failed'].includes(before.status))
      await desk.ask('runs.resume', { run: before.id })
    const { id, name, status, reason } = await endedRun(desk, begun.id, signal)
    if (status === 'finished') return { run: id }
    throw new ProblemError({
      code: signal.aborted ? 'cancelled' : 'refused',
      message: reason ?? 'The run was stopped before its end',
      where: `run ${name}`,
      advice: 'Start the study again: it goes on from the last checkpoint',
    })
  },

  async keep({ trained, name }, { desk, signal, outcome }) {
    const { models } = await desk.ask('models.list', {})
    if (models.some((model) => model.name === name)) return { model: name }
    await cancellable(desk, signal, () => desk.ask('models.keep', { run: runOf(outcome(trained)), name }))
    return { model: name }
  },

  examine: async ({ model, set }, { desk, signal }) => ({
    exam: await cancellable(desk, signal, () => desk.ask('models.examine', { model, set })),
  }),

  async evaluate({ policy, set, options }, { desk, signal, outcome }) {
    const named = 'model' in policy ? policy : { run: runOf(outcome(policy.trained)) }
    const [begun] = await desk.ask('evaluations.start', { policies: [named], set, options })
    const { id, status, reason, label } = await endedEvaluation(desk, begun!, signal)
    if (status === 'finished') return { evaluation: id }
    throw new ProblemError({
      code: status === 'cancelled' ? 'cancelled' : 'refused',
      message: reason ?? 'The evaluation was cancelled',
      where: `evaluation of ${label}`,
    })
  },

  async compare({ a, b }, { desk, outcome }) {
    const [one, other] = [evaluationOf(outcome(a)), evaluationOf(outcome(b))]
    return { comparison: await desk.ask('evaluations.compare', { a: one, b: other }) }
  },
}

function runOf(outcome: Outcome) {
  if ('run' in outcome) return outcome.run
  throw new Error('A step of a study names one that trains no run')
}

function evaluationOf(outcome: Outcome) {
  if ('evaluation' in outcome) return outcome.evaluation
  throw new Error('A step of a study names one that evaluates nothing')
}

type PairSet = CommandOutput<'sets.list'>[number]

const setNamed = async (desk: Desk, name: string) => (await desk.ask('sets.list', {})).find((set) => set.name === name)
const setOutcome = ({ name, chosen }: PairSet): Outcome => ({ set: name, pairs: chosen })

async function exportedPairs({ desk, folder }: Bench, set: string): Promise<PairLine[]> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'exported.jsonl')
  await desk.ask('pairs.export', { set, to: file })
  const text = await readFile(file, 'utf8')
  await rm(file, { force: true })
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as PairLine]))
}

/**
 * The set that another study has from the same model asked the same questions in the same way: answers are drawn by seed, so these would
 * come out alike.
 */
async function sampledAlike(asks: Sampled['asks'], bench: Bench): Promise<PairSet | undefined> {
  const alike = bench.sampled().filter((former) => howAsked(former.asks) === howAsked(asks))
  if (alike.length === 0 || !('set' in asks.prompts)) return undefined
  const questions = await questionsOf(bench, asks.prompts.set)
  for (const { asks: former, set, pairs } of alike) {
    const found = await setNamed(bench.desk, set)
    if (!found || found.chosen !== pairs || !('set' in former.prompts)) continue
    if ((await setNamed(bench.desk, former.prompts.set)) === undefined) continue
    if ((await questionsOf(bench, former.prompts.set)) !== questions) continue
    if (await isOfThisModel(bench.desk, found, asks)) return found
  }
  return undefined
}

/** Whether the first pair of a set was written by the model that has the name now. */
async function isOfThisModel({ ask }: Desk, set: PairSet, { policy }: Sampled['asks']): Promise<boolean> {
  const { models } = await ask('models.list', {})
  const model = models.find(({ name }) => 'model' in policy && name === policy.model)
  const [first] = (await ask('pairs.list', { set: set.id, limit: 1 })).rows
  if (!model || !first) return false
  return (await ask('pairs.show', { pair: first.id })).a.origin.sampling?.model_hash === model.modelHash
}

/** What of a set is asked and expected, as one text. */
const questionsOf = async (bench: Bench, set: string) =>
  JSON.stringify((await exportedPairs(bench, set)).map(({ prompt, chosen, expected }) => [prompt, chosen, expected]))

function nothingLeft(into: string, sets: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'refused',
    message: `No question is left for ${into}`,
    where: `sets ${[...new Set(sets)].join(', ')}`,
    advice: 'Give a set with more questions, or take a shorter form',
  })
}
