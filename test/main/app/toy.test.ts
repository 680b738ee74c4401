// The toy through the door: in its thread, with events, refused, stopped at once, one after another, and beside a busy trainer.
import { expect, test } from 'vitest'
import type { Events, Handlers, ProblemError, Sequenced } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import { openDoor } from '../../../src/main/app/door.ts'
import { openJobs } from '../../../src/main/app/jobs.ts'
import { toyHandlers } from '../../../src/main/app/toy.ts'
import type { CommandInput, CommandOutput } from '#contract'

function openLab() {
  const board = openBoard()
  const events: Sequenced[] = []
  board.listen((event) => events.push(event))
  const jobs = openJobs(board)
  const door = openDoor({ ...jobs.handlers, ...toyHandlers({ board, jobs }) } as Handlers)
  return {
    ask: <N extends 'toy.run' | 'toy.grid' | 'jobs.cancel' | 'jobs.list'>(name: N, input: CommandInput<N>) =>
      door(name, input) as Promise<CommandOutput<N>>,
    named: <N extends keyof Events>(name: N) =>
      events.filter((event) => event.name === name).map(({ data }) => data as Events[N]),
    heard: <N extends keyof Events>(name: N) =>
      new Promise<Events[N]>((resolve) => {
        const stop = board.listen((event) => {
          if (event.name !== name) return
          stop()
          resolve(event.data as Events[N])
        })
      }),
  }
}

const small = { width: 8, steps: 60, records: 30 }
const problem = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (thrown: ProblemError) => thrown.problem,
  )

test('a run: all tables in the answer, and each step once in the events of who watches', async () => {
  const lab = openLab()
  const result = await lab.ask('toy.run', { settings: small, seed: 3, watch: 'me' })
  expect(result.records).toHaveLength(31)
  expect(result.records[0]?.logProbs.map(Math.exp)[8]).toBeCloseTo(0.03, 5)
  expect(result.settings).toMatchObject({ ...small, method: 'dpo', scenario: '1', beta: 0.1 })
  expect(result.settings).not.toHaveProperty('gamma')
  expect(result.pairs).toEqual([4, 6, 7, 5])
  const told = lab.named('toy.recorded')
  expect(told.every(({ watch }) => watch === 'me')).toBe(true)
  expect(told.flatMap(({ steps }) => steps.map(({ step }) => step))).toEqual(result.records.map(({ step }) => step))
  expect(told.at(-1)?.logProbs).toEqual(result.records.at(-1)?.logProbs)
  expect(lab.named('jobs.changed').at(-1)).toMatchObject({ status: 'done', title: 'Toy: dpo, mlp, scenario 1' })
  const again = await lab.ask('toy.run', { settings: small, seed: 3 })
  expect(again.records).toEqual(result.records)
  // Nobody watched that one.
  expect(lab.named('toy.recorded')).toHaveLength(told.length)
})

test('a grid: every combination with every seed, in order, and overflow beside figures', async () => {
  const lab = openLab()
  const models = await lab.ask('toy.grid', { settings: small, seeds: 1, vary: { model: ['tabular', 'mlp'] } })
  expect(models.cells.map(({ varied }) => varied)).toEqual([{ model: 'tabular' }, { model: 'mlp' }])
  const unread = lab.ask('toy.grid', { settings: { width: 8 }, vary: { model: ['tabular'] } })
  expect(await problem(unread)).toMatchObject({ where: 'setting width' }) // No table has a width.
  const rates = { learning_rate: [1e-4, 100], scenario: [1, 4] }
  const settings = { ...small, method: 'ipo-sums', optimiser: 'sgd', steps: 600 }
  const grid = await lab.ask('toy.grid', { settings, seed: 7, seeds: 2, vary: rates })
  expect(grid.seeds).toEqual([7, 8])
  expect(grid.cells.map(({ varied }) => Object.values(varied))).toEqual([
    [1e-4, 1],
    [1e-4, 4],
    [100, 1],
    [100, 4],
  ])
  const [first, , third] = grid.cells
  expect(first!.runs.map(({ seed }) => seed)).toEqual([7, 8])
  const { median, least, most } = first!.spreads.chosen_last!
  expect(least).toBeLessThanOrEqual(median)
  expect(median).toBeLessThanOrEqual(most)
  expect(third!.runs.every(({ figures }) => figures === null)).toBe(true)
  expect(third!.spreads).toEqual({})
})

test('what cannot be is refused at its setting', async () => {
  const lab = openLab()
  const asked = (settings: Record<string, number | string>) => problem(lab.ask('toy.run', { settings }))
  expect(await asked({ depth: 3 })).toMatchObject({ where: 'setting depth', message: 'The toy has no such setting' })
  expect(await asked({ gamma: 1 })).toMatchObject({ message: 'DPO does not read this setting' })
  expect(await asked({ model: 'tabular', layers: 2 })).toMatchObject({ message: 'Read only when model is mlp' })
  expect(await asked({ fit: 'readout', fit_rate: 1e-3 })).toMatchObject({ message: 'Read only when fit is all' })
  expect(await asked({ prompts: 6 })).toMatchObject({ where: 'setting responses', code: 'bad-input' })
  expect(await asked({ width: 1e6 })).toMatchObject({ message: '1000000 is out of range' })
  expect(await asked({ scenario: '5' })).toMatchObject({ where: 'setting scenario' })
  expect(
    await problem(lab.ask('toy.grid', { seeds: 100, vary: { width: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] } })),
  ).toMatchObject({
    message: '1100 runs are more than the 1000 that a grid may be',
  })
  // Counted before they are put together, which would take longer than anybody waits.
  const fifty = Array.from({ length: 50 }, (_, i) => i + 2)
  const vary = { width: fifty, steps: fifty, records: fifty, prompts: fifty, layers: fifty, fit_rate: fifty }
  expect(await problem(lab.ask('toy.grid', { vary }))).toMatchObject({ where: 'vary' })
  expect(
    await asked({ ...small, method: 'ipo-sums', optimiser: 'sgd', learning_rate: 100, steps: 2000 }),
  ).toMatchObject({
    code: 'refused',
    where: expect.stringMatching(/^step \d+$/) as string,
    advice: 'Lower the learning rate, or take another optimiser',
  })
  expect(lab.named('jobs.changed').at(-1)?.status).toBe('failed')
})

test('a long run is stopped at once, one that waits for it as well, and the next one is free to run', async () => {
  const lab = openLab()
  const long = problem(lab.ask('toy.run', { settings: { steps: 1_000_000 }, watch: 'long' }))
  const { job } = (await lab.heard('toy.recorded'), lab.named('toy.started')[0]!)
  const waits = problem(lab.ask('toy.run', { settings: small, watch: 'waits' }))
  const third = lab.ask('toy.run', { settings: small })
  await expect.poll(() => lab.named('toy.started')).toHaveLength(2)
  const second = lab.named('toy.started')[1]!.job
  await lab.ask('jobs.cancel', { job: second })
  const before = performance.now()
  await lab.ask('jobs.cancel', { job })
  expect(await long).toMatchObject({ code: 'cancelled' })
  expect(performance.now() - before).toBeLessThan(5000)
  expect(await waits).toMatchObject({ code: 'cancelled' })
  expect((await third).records).toHaveLength(31)
})
