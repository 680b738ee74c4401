import { expect, test } from 'vitest'
import { ProblemError, type Job } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import { openJobs } from '../../../src/main/app/jobs.ts'

function heard() {
  const board = openBoard()
  const seen: Job[] = []
  board.listen((event) => event.name === 'jobs.changed' && seen.push(event.data))
  return { jobs: openJobs(board), seen }
}

test('a job tells its start, its progress and its end', async () => {
  const { jobs, seen } = heard()
  const result = await jobs.run('Count', async (progress) => {
    progress('half', 0.5)
    return 2
  })
  expect(result).toBe(2)
  expect(seen.map(({ status, progress, doing }) => [status, progress, doing])).toEqual([
    ['running', null, ''],
    ['running', 0.5, 'half'],
    ['done', 1, 'half'],
  ])
})

test('a job that fails says why, and its error reaches the caller', async () => {
  const { jobs, seen } = heard()
  const broken = new ProblemError({ code: 'refused', message: 'It broke', where: 'here' })
  await expect(jobs.run('Break', () => Promise.reject(broken))).rejects.toBe(broken)
  expect(seen.at(-1)).toMatchObject({ status: 'failed', reason: 'here: It broke.' })
})

test('a cancelled job is told so, whatever it throws', async () => {
  const { jobs, seen } = heard()
  const work = jobs.run(
    'Wait',
    (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  )
  await jobs.handlers['jobs.cancel']({ job: seen[0]!.id })
  await expect(work).rejects.toThrow('Wait was cancelled')
  expect(seen.at(-1)?.status).toBe('cancelled')
})

test('an unknown job cannot be cancelled', () => {
  const { jobs } = heard()
  expect(() => jobs.handlers['jobs.cancel']({ job: 99 as never })).toThrow('There is no such job')
})

test('ended jobs are forgotten in time, running ones never', async () => {
  const { jobs } = heard()
  void jobs.run('Stay', () => new Promise(() => {}))
  for (let i = 0; i < 40; i++) await jobs.run(`Job ${i}`, () => Promise.resolve())
  const list = await jobs.handlers['jobs.list']({})
  expect(list.length).toBeLessThanOrEqual(22)
  expect(list[0]?.title).toBe('Stay')
})
