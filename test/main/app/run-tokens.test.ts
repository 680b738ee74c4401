// The tokens of a pair of a run, with the real trainer process: they sum to what its probes were scored, for LoRA and for all weights.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { forkRequest, type PairId, type Run, type ScoredToken, type TokenScores } from '#contract'
import { fullSettings, openRunHome, over, request, tinyPairs, tinySettings, type RunHome } from './run-home.ts'

// Each test is some runs of a real trainer.
vi.setConfig({ testTimeout: 480_000 })

let home: RunHome
let first: Run
beforeAll(async () => {
  home = await openRunHome([{ prompt: 'Ein Fuchs: ', chosen: 'ja, 🦊.', rejected: 'nein, 狐' }, ...tinyPairs])
  first = await home.ended({})
}, 120_000)
afterAll(() => home.close())

const scored = async (run: Run, pair: number) =>
  home.runs.handlers['runs.tokens']({ run: run.id, pair: pair as PairId })
const refusal = (run: Run, pair: number) =>
  scored(run, pair).then(
    () => 'nothing was refused',
    (thrown: Error) => thrown.message,
  )
const sum = (tokens: readonly ScoredToken[], value: (token: ScoredToken) => number) =>
  tokens.reduce((total, token) => total + value(token), 0)

/** Compares every step that was both scored and probed with the probe of that pair. */
function expectProbes(run: Run, scores: TokenScores): number {
  const { probes } = home.context.store
  const probe = probes.list(run.id).find(({ pair, rejected }) => pair === scores.pair && rejected !== null)!
  const points = probes.scores(run.id).filter(({ index }) => index === probe.index)
  let compared = 0
  for (const [place, step] of scores.steps.entries()) {
    const point = points.find((one) => one.step === step)
    for (const side of ['chosen', 'rejected'] as const) {
      const stored = point?.[side]
      if (!stored) continue
      expect(scores[side]).toHaveLength(stored.tokens)
      expect(Math.abs(sum(scores[side], ({ policy }) => policy[place]!) - stored.policy)).toBeLessThan(1e-3)
      expect(Math.abs(sum(scores[side], ({ reference }) => reference!) - stored.reference)).toBeLessThan(1e-3)
      compared++
    }
  }
  return compared
}

for (const [tuning, settings] of [
  ['lora', tinySettings],
  ['full', fullSettings],
] as const)
  test(`${tuning}: tokens sum to the stored scores of the probes at each kept checkpoint`, async () => {
    const run = tuning === 'lora' ? first : await home.ended({ settings })
    expect([run.reason, run.status]).toEqual([null, 'finished'])
    const probed = home.context.store.probes.list(run.id).filter(({ rejected }) => rejected !== null)
    expect(probed.length).toBeGreaterThan(4)
    for (const { pair } of probed.slice(0, 2)) {
      const scores = await scored(run, pair!)
      expect(scores).toMatchObject({ run: run.id, pair, steps: [8, 12] })
      expect(expectProbes(run, scores)).toBe(4)
      // It moved, or equal sums would say nothing.
      expect(Math.abs(sum(scores.rejected, ({ reference, policy }) => policy[1]! - reference!))).toBeGreaterThan(0.01)
    }
  })

test('pieces join to the response where a character is several tokens', async () => {
  const { chosen, rejected } = await scored(first, 1)
  expect(chosen.map(({ text }) => text).join('')).toMatch(/^ja, 🦊\../u)
  expect(rejected.map(({ text }) => text).join('')).toMatch(/^nein, 狐./u)
})

test('what a fork took along is scored too, and of the fork the step at which it began', async () => {
  const parent = await home.ended({})
  const fork = await home.ended(forkRequest(parent, { step: 8, change: { steps: 4 } }))
  const { pair } = home.context.store.probes.list(parent.id)[0]!
  rmSync(join(home.home, 'runs', String(parent.id), 'checkpoints', 'step-000008'), { recursive: true })
  const scores = await scored(parent, pair!)
  expect(scores.steps).toEqual([8, 12])
  expect(expectProbes(parent, scores)).toBe(4)
  const own = await scored(fork, pair!)
  expect(own.steps).toEqual([0, 4])
  expect(expectProbes(fork, own)).toBe(4)
  const policies = ({ chosen }: TokenScores) => chosen.map(({ policy }) => policy[0])
  expect(policies(own)).toEqual(policies(scores))
})

test('where the newest checkpoint is gone from the disk, the older one is scored', async () => {
  const run = await home.ended({})
  const { pair } = home.context.store.probes.list(run.id)[0]!
  const both = await scored(run, pair!)
  rmSync(join(home.home, 'runs', String(run.id), 'checkpoints', 'step-000012'), { recursive: true })
  const left = await scored(run, pair!)
  expect(left.steps).toEqual([8])
  const policies = ({ chosen }: TokenScores) => chosen.map(({ policy }) => policy[0])
  expect(policies(left)).toEqual(policies(both))
})

test('what cannot be scored is refused in one line, and no job is begun', async () => {
  const jobs = () => home.events.filter(({ name }) => name === 'jobs.changed').length
  const before = jobs()
  expect(await refusal(first, 999)).toBe(
    'pair 999: This pair is not among those of pairs that the run has. Name one of the pairs of the run.',
  )
  const rewards = await home.ended({ method: 'reward-model', settings: { steps: 1 } })
  expect(await refusal(rewards, 1)).toBe(
    `run ${rewards.name}: This run made a reward model, under which no token has a likelihood. Name a run of another method.`,
  )
  const going = await home.runs.handlers['runs.start']({ ...request(), settings: { ...tinySettings, steps: 60 } })
  await home.untilRead(going.id, 'loss', 5)
  expect(await refusal(going, 1)).toBe(
    `run ${going.name}: This run is still going. Stop it first, or wait for its end.`,
  )
  await home.runs.handlers['runs.stop']({ run: going.id })
  const stopped = await home.until(going.id, ...over)
  rmSync(join(home.home, 'runs', String(stopped.id), 'checkpoints'), { recursive: true })
  expect(await refusal(stopped, 1)).toBe(
    `run ${stopped.name}: This run has no checkpoint, so there is nothing to load. Resume it first.`,
  )
  expect(jobs()).toBe(before)
})
