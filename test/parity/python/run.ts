// Trains, exports, and lets PEFT and Transformers load what came out: their log-probabilities have to equal ours. Measures pairs, which
// PyTorch measures by their definitions, and trains a reward model, whose rewards they give too: those have to be equal as well.
// npm run parity:python [-- --model NAME]; makes its own Python environment (several GB), so it is not part of npm test.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Client, Run } from '#contract'
import { forkTrainer } from '../../../src/main/app/fork.ts'
import { openApp } from '../../../src/main/app/index.ts'
import { placesBeside } from '../../../src/main/places.ts'

const here = import.meta.dirname
const root = resolve(here, '../../..')

/** Largest difference per token that float32 arithmetic in another order explains, in nats; of measures as check.py tells them. */
const TOLERANCE = 1e-4

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'starter' },
    pairs: { type: 'string' },
    steps: { type: 'string', default: '10' },
  },
})

function environment(): string {
  const requirements = readFileSync(join(here, 'requirements.txt'))
  const cache = process.env.ATTUNE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'attune')
  const folder = join(cache, `parity-python-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`)
  if (!existsSync(join(folder, 'made'))) {
    console.log('Making a Python environment with torch, Transformers and PEFT. This takes a while.')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(dirname(folder), { recursive: true })
    call('python3', ['-m', 'venv', folder])
    call(join(folder, 'bin', 'pip'), ['install', '--quiet', '-r', join(here, 'requirements.txt')])
    writeFileSync(join(folder, 'made'), '')
  }
  return join(folder, 'bin', 'python')
}

function call(program: string, args: string[]): string {
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  })
  if (status !== 0) throw new Error(`${program} ${args[0] ?? ''} failed: ${error?.message ?? `exit code ${status}`}`)
  return stdout
}

const home = mkdtempSync(join(tmpdir(), 'attune-parity-'))
const places = placesBeside(join(root, 'src', 'main'))
const app = await openApp({
  home,
  resources: places.resources,
  version: places.version,
  fork: () => forkTrainer(places.trainer),
})
const ask: Client['ask'] = (name, input) => app.ask(name, input) as never
try {
  await app.ready
  const python = environment()
  const models = (await ask('models.list', {})).models
  const model =
    models.find(({ name }) => name === values.model) ?? (await ask('models.add', { source: values.model, name: null }))
  const set = values.pairs
    ? (await ask('pairs.import', { file: resolve(values.pairs), set: 'parity', format: null, map: null })).set.name
    : 'sample'
  const settings = {
    steps: Number(values.steps),
    learning_rate: 1e-4,
    probe_samples: 0,
    sample_prompts: 0,
    probe_pairs: 8,
    heldout_pairs: 8,
    probe_others: 4,
  }
  const run = await ended(await ask('runs.start', { model: model.name, set, settings }))
  const { peft, merged } = await exported(run, 'policy')
  const gguf = model.location.endsWith('.gguf')
  const request = {
    merged,
    peft,
    base: gguf ? dirname(model.location) : model.location,
    gguf: gguf ? basename(model.location) : null,
    ...(await scored(run)),
    measured: await measured(run, model.name),
    rewarded: await rewarded(model.name, set),
  }
  const file = join(home, 'request.json')
  writeFileSync(`${file}.part`, JSON.stringify(request))
  renameSync(`${file}.part`, file)
  const { measures, rewards, ...report } = JSON.parse(call(python, [join(here, 'check.py'), file])) as Report
  console.log(JSON.stringify({ model: model.name, steps: run.step, ...report, measures, rewards }, null, 2))
  const failed = Object.entries(report).filter(([, { worst_per_token }]) => !(worst_per_token <= TOLERANCE))
  for (const [name] of failed) console.error(`${name}: log-probabilities differ by more than ${TOLERANCE} a token.`)
  const unlike = Object.entries(measures.worst).filter(([, worst]) => !(worst <= TOLERANCE))
  for (const [name, worst] of unlike) console.error(`${name}: differs by ${worst}, more than ${TOLERANCE}.`)
  const unequal = Object.entries(rewards).filter(([, { worst }]) => !(worst <= TOLERANCE))
  for (const [name, { worst }] of unequal)
    console.error(`${name}: a reward differs by ${worst}, more than ${TOLERANCE}.`)
  process.exitCode = failed.length + unlike.length + unequal.length > 0 ? 1 : 0
} finally {
  await app.close()
  rmSync(home, { recursive: true, force: true })
}

async function ended(run: Run): Promise<Run> {
  const over = new Promise<Run>((resolved) => {
    app.board.listen((event) => {
      if (
        event.name === 'runs.changed' &&
        event.data.id === run.id &&
        ['finished', 'failed', 'interrupted', 'stopped'].includes(event.data.status)
      )
        resolved(event.data)
    })
  })
  const last = await over
  if (last.status !== 'finished') throw new Error(`The run is ${last.status}: ${last.reason ?? ''}`)
  return last
}

type Report = Record<string, { worst_per_token: number }> & {
  measures: { pairs: number; worst: Record<string, number> }
  rewards: Record<string, { texts: number; worst: number }>
}

async function exported(run: Run, name: string): Promise<{ peft: string; merged: string }> {
  const [peft, merged] = [join(home, name, 'peft'), join(home, name, 'merged')]
  await ask('runs.export', { run: run.id, format: 'peft', to: peft })
  await ask('runs.export', { run: run.id, format: 'merged', to: merged })
  return { peft, merged }
}

/** A reward model of a few steps, its exports, and the rewards that it gives to both answers of some pairs. */
async function rewarded(model: string, set: string) {
  const settings = { steps: Number(values.steps), learning_rate: 1e-3, probe_pairs: 8, heldout_pairs: 8 }
  const run = await ended(await ask('runs.start', { model, set, method: 'reward-model', settings }))
  await ask('models.keep', { run: run.id, name: 'judge' })
  const { rows } = await ask('pairs.list', { set: run.set.id, limit: 32 })
  const pairs = await Promise.all(rows.map(({ id }) => ask('pairs.show', { pair: id })))
  const texts = pairs.flatMap(({ prompt, chosen, rejected }) =>
    typeof prompt === 'string' ? [chosen, rejected].map(({ text }) => ({ prompt, response: text })) : [],
  )
  const { results } = await ask('models.score', { model: 'judge', texts })
  return {
    ...(await exported(run, 'reward model')),
    texts: results.flatMap((result, i) => ('reward' in result ? [{ ...texts[i]!, reward: result.reward }] : [])),
  }
}

/** The first pairs of the run's set with their measures under the model that is not tuned. */
async function measured({ set }: Run, model: string) {
  await ask('pairs.measure', { set: set.name, model })
  const { rows } = await ask('pairs.list', { set: set.id, filter: { model }, limit: 64 })
  const found = await Promise.all(rows.map(({ id }) => ask('pairs.show', { pair: id, model })))
  return found.flatMap(({ prompt, chosen, rejected, measures }) =>
    typeof prompt !== 'string' || !measures
      ? []
      : {
          ...{ prompt, chosen: chosen.text, rejected: rejected.text },
          ...{ ches: measures.ches, ches_normalised: measures.chesNormalised },
          ...{ overlap: measures.overlap, edit_distance: measures.editDistance },
        },
  )
}

type Scored = { prompt: string; response: string; logp: number; tokens: number }

/** What the run's probes measured after the last step, and what they measured of the reference. */
async function scored(run: Run): Promise<{ texts: Scored[]; reference: Scored[] }> {
  const { probes } = await ask('runs.show', { run: run.id })
  const scores = await ask('runs.scores', { run: run.id, after: run.step - 1 })
  const [texts, reference]: [Scored[], Scored[]] = [[], []]
  for (const { index, chosen, rejected } of scores) {
    const probe = probes.find((candidate) => candidate.index === index)
    if (!probe || typeof probe.prompt !== 'string') continue
    for (const [response, score] of [
      [probe.chosen ?? probe.response, chosen],
      [probe.rejected, rejected],
    ] as const) {
      if (response === null || score === null) continue
      const text = { prompt: probe.prompt, response, tokens: score.tokens }
      texts.push({ ...text, logp: score.policy })
      reference.push({ ...text, logp: score.reference })
    }
  }
  return { texts, reference }
}
