// npm run study:pair-measures -- [--seeds 3] [--rate 1e-4] [--json FILE]: does a measure of pairs tell, before training, whose chosen
// answer will be displaced? After Razin et al. 2024 (arXiv 2410.08847, section 5): subsets of pairs at percentiles of each measure, the
// same short run on each, and the mean change of the log-probability of the chosen answers it trained on. On the starter model.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isOver, measureOf, type MeasureName, type PairRow, type Run } from '#contract'
import type { App } from '../src/main/app/index.ts'
import { problemAt } from '../starter/problems.ts'
import { appOn, ask, temporaryHome, until } from './bench-home.ts'

const MODEL = 'starter'
const PROMPTS = 2400
const SUBSET = 128
const PERCENTILES = [0, 25, 50, 75, 100] as const
const studied = ['ches', 'ches-normalised', 'edit-distance', 'overlap'] as const
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '1e-4' },
    prompts: { type: 'string', default: String(PROMPTS) },
    json: { type: 'string' },
  },
})
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)

/** Mean over the pairs of a subset, after training on them, nats a response; one number a seed. */
type Subset = { measure: MeasureName; percentile: number; from: number; to: number; chosen: number[]; margin: number[] }

const home = temporaryHome()
const app = await appOn(home)
try {
  const pairs = await measuredPairs(app)
  const subsets: Subset[] = []
  for (const measure of studied) {
    const ordered = pairs.toSorted((a, b) => valueOf(a, measure) - valueOf(b, measure))
    for (const percentile of PERCENTILES) {
      const start = Math.round((percentile / 100) * (ordered.length - SUBSET))
      const own = ordered.slice(start, start + SUBSET)
      const subset = await trained(app, measure, percentile, own)
      subsets.push(subset)
      console.log(lineOf(subset))
    }
  }
  const report = { model: MODEL, pairs: pairs.length, subset: SUBSET, rate: Number(values.rate), seeds, subsets }
  console.log(['', ...studied.map((measure) => `${measure}: rank correlation ${ranked(subsets, measure)}`)].join('\n'))
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`)
} finally {
  await app.close()
}

/** Pairs of the model's own answers to new problems, measured under it. */
async function measuredPairs(app: App): Promise<PairRow[]> {
  const file = join(home, 'prompts.jsonl')
  const prompts = Array.from(
    { length: Number(values.prompts) },
    (_, i) => problemAt(20261126, 'pair-measures', i).prompt,
  )
  writeFileSync(file, prompts.map((prompt) => JSON.stringify({ prompt })).join('\n'))
  const { set } = await ask(app, 'pairs.sample', {
    ...{ policy: { model: MODEL }, prompts: { file }, into: 'study' },
    judge: { checker: { name: 'arithmetic-answer', parameters: {} } },
    sampling: { answers: 6, tokens: 64, seed: 1 },
  })
  const { measured, refused } = await ask(app, 'pairs.measure', { set: set.name, model: MODEL })
  console.log(`${measured} pairs, ${refused} could not be measured`)
  const found: PairRow[] = []
  while (found.length < measured) {
    const filter = { model: MODEL, order: 'ches' } as const
    found.push(...(await ask(app, 'pairs.list', { set: set.id, filter, offset: found.length, limit: 500 })).rows)
  }
  return found.filter(({ measures }) => measures !== null)
}

function valueOf({ measures }: PairRow, measure: MeasureName): number {
  return measureOf(measures!, measure)
}

/** The same run on a subset for each seed. */
async function trained(app: App, measure: MeasureName, percentile: number, pairs: readonly PairRow[]): Promise<Subset> {
  const name = `${measure} ${percentile}`
  const file = join(home, 'subset.jsonl')
  const whole = await Promise.all(pairs.map(({ id }) => ask(app, 'pairs.show', { pair: id })))
  const lines = whole.map(({ prompt, chosen, rejected }) =>
    JSON.stringify({ prompt, chosen: chosen.text, rejected: rejected.text }),
  )
  writeFileSync(file, lines.join('\n'))
  const { set } = await ask(app, 'pairs.import', { file, set: name })
  if (set.chosen !== pairs.length) throw new Error(`${pairs.length} pairs were written and ${set.chosen} imported`)
  const subset: Subset = { measure, percentile, from: NaN, to: NaN, chosen: [], margin: [] }
  const own = pairs.map((pair) => valueOf(pair, measure))
  ;[subset.from, subset.to] = [Math.min(...own), Math.max(...own)]
  for (const seed of seeds) {
    const run = await ask(app, 'runs.start', { model: MODEL, set: name, seed, settings: settings() })
    await ended(app, run)
    const last = async (reading: string) =>
      (await ask(app, 'runs.readings', { run: run.id, names: [reading] })).at(-1)?.value ?? NaN
    const chosen = await last('degradation/train/chosen_sum')
    subset.chosen.push(chosen)
    subset.margin.push(chosen - (await last('drop/train/rejected_sum')))
  }
  return subset
}

/** One epoch of full tuning with every pair a probe, so that the whole subset is measured before and after. */
function settings() {
  return {
    ...{ tuning: 'full', learning_rate: Number(values.rate), schedule: 'constant', batch_pairs: 16, epochs: 1 },
    ...{ heldout_pairs: 0, probe_pairs: SUBSET, probe_others: 0, probe_samples: 0, probe_every: 1000 },
    ...{ sample_prompts: 0, checkpoint_every: 1000, precision: 'float32' },
  }
}

async function ended(app: App, { id }: Run): Promise<void> {
  const { status, reason } = await until(app, 'runs.changed', (run) => run.id === id && isOver(run.status))
  if (status !== 'finished') throw new Error(`Run ${id} is ${status}: ${reason}`)
}

/** Spearman's rank correlation of percentile and mean change over the subsets of a measure. */
function ranked(subsets: readonly Subset[], measure: MeasureName): string {
  const changes = subsets.filter((subset) => subset.measure === measure).map(({ chosen }) => mean(chosen))
  const rank = changes.map((change) => changes.filter((other) => other < change).length)
  const n = rank.length
  const squares = rank.reduce((sum, own, i) => sum + (own - i) ** 2, 0)
  return (1 - (6 * squares) / (n * (n * n - 1))).toFixed(2)
}

function lineOf({ measure, percentile, from, to, chosen, margin }: Subset): string {
  const range = `${from.toPrecision(3)} to ${to.toPrecision(3)}`
  const each = chosen.map((change) => change.toFixed(3)).join(', ')
  return `| ${measure} | ${percentile} | ${range} | ${mean(chosen).toFixed(3)} (${each}) | ${mean(margin).toFixed(3)} |`
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
