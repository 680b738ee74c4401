// What became of a run, told by what no rule reads: whether its sampled answers to new problems are right.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { isOver, type Share } from '#contract'
import type { App } from '../../src/main/app/index.ts'
import { ask, until } from '../bench-home.ts'
import type { GridRun } from './grid.ts'

const MODEL = 'starter'
const EXAM = 'exam'
/** Problems of the starter's world that neither the model nor the pairs were made of. */
const PROBLEMS = 240

/** Makes the exam's set where it is not yet there. */
export async function placeExam(app: App, home: string): Promise<void> {
  if ((await ask(app, 'sets.list', {})).some(({ name }) => name === EXAM)) return
  const file = join(home, 'exam.jsonl')
  const script = join(import.meta.dirname, '..', '..', 'starter', 'prompts.ts')
  execFileSync(process.execPath, [script, '--to', file, '--problems', String(PROBLEMS)])
  await ask(app, 'pairs.import', { file, set: EXAM })
}

/** Trains a run of the grid to its end, where it has not been trained yet. Returns its number. */
export async function trained(app: App, { name, method, seed, settings }: GridRun): Promise<number> {
  const before = (await ask(app, 'runs.list', {})).find((run) => run.name === name)
  if (before?.status === 'finished') return before.id
  const run = before
    ? await ask(app, 'runs.resume', { run: before.id })
    : await ask(app, 'runs.start', { model: MODEL, set: 'sample', method, seed, settings, name })
  const ended = await until(app, 'runs.changed', ({ id, status }) => id === run.id && isOver(status))
  if (ended.status !== 'finished') console.error(`${name}: ${ended.reason}`)
  return run.id
}

/** The number of a run of the grid that was trained to its end and examined; null where it was not. */
export async function trainedBefore(app: App, { name }: GridRun): Promise<number | null> {
  const run = (await ask(app, 'runs.list', {})).find((one) => one.name === name && one.status === 'finished')
  const all = await ask(app, 'evaluations.list', {})
  return run && all.some(({ policy, status }) => policy.run === run.id && status === 'finished') ? run.id : null
}

/**
 * The share of right answers to the exam, one sampled at temperature 1 a problem, of a run or of the model that all began from (null), with
 * its 95 % interval. Kept in the home: asked again, it is not computed again.
 */
export async function examined(app: App, run: number | null): Promise<Share> {
  const known = (await ask(app, 'evaluations.list', {})).find(
    ({ policy, status, set }) => policy.run === run && status === 'finished' && set.name === EXAM,
  )
  const done = known ?? (await evaluated(app, run))
  const share = done.figures?.answers?.passRate
  if (!share) throw new Error(`The exam of ${run === null ? MODEL : `run ${run}`} has no figures: ${done.reason}`)
  return share
}

async function evaluated(app: App, run: number | null) {
  const [evaluation] = await ask(app, 'evaluations.start', {
    policies: [run === null ? { model: MODEL } : { run }],
    set: EXAM,
    options: {
      ...{ likelihoods: false, temperature: 1, maxTokens: 64 },
      checker: { name: 'arithmetic-answer', parameters: {} },
    },
  })
  return until(app, 'evaluations.changed', ({ id, status }) => id === evaluation!.id && status !== 'running')
}
