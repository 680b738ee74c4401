// All studies in their short form, through the app and the real trainer; the first dies half way and goes on.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isOver, stepsDone, StudyName, type Client, type CommandOutput, type Study, type StudyCell } from '#contract'
import { forkTrainer } from '../../../src/main/app/fork.ts'
import { openApp, type App } from '../../../src/main/app/index.ts'
import { trainerEntry } from './run-home.ts'

const root = join(import.meta.dirname, '../../..')
const home = mkdtempSync(join(tmpdir(), 'attune-studies-'))
const minutes = 60_000

let app: App | null = null
async function open(): Promise<App> {
  app = await openApp({
    home,
    resources: join(root, 'resources'),
    version: 'test',
    fork: () => forkTrainer(trainerEntry),
  })
  return app
}
const ask: Client['ask'] = (name, input) => app!.ask(name, input) as never

beforeAll(async () => {
  // The first start puts the starter model in place.
  await (
    await open()
  ).ready
  await app?.close()
  app = null
})
afterAll(async () => {
  await app?.close()
  rmSync(home, { recursive: true, force: true })
})

async function ended(study: Study): Promise<Study> {
  for (;;) {
    const now = await ask('studies.show', { study: study.id })
    if (now.status !== 'running') return now
    await new Promise((later) => setTimeout(later, 200))
  }
}

const numbers = (report: CommandOutput<'studies.report'>) =>
  report.tables
    .flatMap(({ rows }) => rows.flat())
    .filter((cell): cell is Exclude<StudyCell, string> => typeof cell !== 'string')

test('a study whose process is killed goes on, and does nothing twice', { timeout: 4 * minutes }, async () => {
  const child = fork(join(root, 'src/main/cli.ts'), ['study', 'run', 'distribution', '--home', home], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let told = ''
  const training = new Promise<void>((begun) => {
    child.stderr!.on('data', (text: Buffer) => /Train S2, seed 0/.test((told += text.toString())) && begun())
  })
  await Promise.race([training, once(child, 'exit').then(() => Promise.reject(new Error(told)))])
  // The run of S2 is under way.
  await new Promise((later) => setTimeout(later, 3000))
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone

  await open()
  const { studies } = await ask('studies.list', {})
  expect(studies).toHaveLength(1)
  expect(studies[0]).toMatchObject({
    status: 'interrupted',
    reason: expect.stringContaining('closed or died') as string,
  })
  const doneBefore = studies[0]!.steps.filter(({ done }) => done)
  expect(doneBefore.length).toBeGreaterThanOrEqual(11)
  // Named or as the form has them, the model and the seeds are the same; other questions are another study.
  const goesOn = async (more: object) => (await ask('studies.estimate', { study: 'distribution', ...more })).goesOn
  expect(await goesOn({})).toBe(studies[0]!.id)
  expect(await goesOn({ model: 'starter', seeds: 1 })).toBe(studies[0]!.id)
  for (const other of [{ seeds: 2 }, { form: 'middle' }, { pairs: 'sample' }]) expect(await goesOn(other)).toBeNull()
  const [runsBefore, evaluationsBefore] = [await ask('runs.list', {}), await ask('evaluations.list', {})]

  const study = await ended(await ask('studies.start', { study: 'distribution' }))
  expect([study.status, study.reason, study.id]).toEqual(['finished', null, studies[0]!.id])
  expect(await goesOn({})).toBeNull()
  expect(study.steps.every(({ done }) => done)).toBe(true)
  // Seconds of the steps before are as they were: they were not done again.
  expect(study.steps.slice(0, doneBefore.length)).toEqual(doneBefore)
  const runs = await ask('runs.list', {})
  expect(runs).toHaveLength(4)
  expect(runs.every(({ status }) => isOver(status) && status === 'finished')).toBe(true)
  for (const { id } of runsBefore) expect(runs.map((run) => run.id)).toContain(id)
  const evaluations = await ask('evaluations.list', {})
  expect(evaluations.filter(({ status }) => status === 'finished')).toHaveLength(5)
  for (const { id } of evaluationsBefore) expect(evaluations.map((one) => one.id)).toContain(id)

  const report = await ask('studies.report', { study: study.id })
  expect(report.tables[0]!.rows.map(([name]) => name)).toEqual(['S1', 'S2', 'S3', 'S4'])
  // The sides of S2 to S4 come from whom they should: S1 and S3 share their chosen, S1 and S2 their rejected, S2 and S4 their chosen.
  const [s1, s2, s3, s4] = report.tables[0]!.rows.map((row) =>
    row.slice(1).map((cell) => (typeof cell === 'string' ? NaN : cell.mean!)),
  )
  // The same texts, but batched with others: float32 rounds them a little differently.
  expect(s3![0]).toBeCloseTo(s1![0]!, 5)
  expect(s2![1]).toBeCloseTo(s1![1]!, 5)
  expect(s4![0]).toBeCloseTo(s2![0]!, 5)
  expect(s4![1]).toBeCloseTo(s3![1]!, 5)
  // Others' words are much less likely to the model than its own.
  expect(s2![0]).toBeLessThan(s1![0]! - 0.3)
  const [before] = report.tables.find(({ title }) => title === 'The exam')!.rows
  const evaluation = evaluations.find(({ label, status }) => label === 'starter' && status === 'finished')!
  const { length, unended } = evaluation.figures!.answers!
  expect(before!.slice(3)).toMatchObject([length, { mean: unended }])
  // One seed: no interval tells a fall from none, so the numbers are told.
  expect(report.findings[1]).toMatch(/^Chosen answers at the end, nats a token: S1 .*, S2 .*, S3 .*, S4 -?[\d.]+\.$/)
})

describe.each(StudyName.options.slice(1))('%s', (study) => {
  test('its short form ends in a report', { timeout: 4 * minutes }, async () => {
    if (!app) await open()
    const estimate = await ask('studies.estimate', { study })
    expect(estimate.seconds).toBeGreaterThan(1)
    const last = await ended(await ask('studies.start', { study }))
    expect([last.status, last.reason]).toEqual(['finished', null])
    const report = await ask('studies.report', { study: last.id })
    expect(report.command).toBe(`npm run -s attune -- study run ${study} --form short`)
    const found = numbers(report)
    expect(found.filter(({ mean }) => mean !== null).length).toBeGreaterThan(found.length / 3)
    for (const { mean } of found) expect(mean === null || Number.isFinite(mean)).toBe(true)
    const to = join(home, `${study}.html`)
    await ask('studies.write-report', { study: last.id, to })
    expect(readFileSync(to, 'utf8')).toContain('This is the short form')
  })
})

test('what one study had sampled another takes, and says so', async () => {
  if (!app) await open()
  const { studies } = await ask('studies.list', {})
  const first = studies.find(({ name }) => name === 'distribution')!
  const other = studies.find(({ name }) => name === 'regularisers')!
  const own = (name: string, id: number) => `${name} ${id}: own`
  const sets = (await ask('sets.list', {})).map(({ name }) => name)
  expect(sets).toContain(own('distribution', first.id))
  expect(sets).not.toContain(own('regularisers', other.id))
  const trained = (await ask('runs.list', {})).filter(({ name }) => name.startsWith('regularisers'))
  expect(trained).toHaveLength(3)
  for (const run of trained)
    expect((await ask('runs.show', { run: run.id })).run.set.name).toBe(own('distribution', first.id))
  const { pinned } = await ask('studies.report', { study: other.id })
  expect(pinned.find(([name]) => name === 'DPO 0.1')?.[1]).toContain(`dpo on ${own('distribution', first.id)},`)
  expect(pinned.find(([name]) => name === 'pairs of its sets')?.[1]).toMatch(
    new RegExp(`regularisers ${other.id}: exam 8, .*${own('distribution', first.id)} [1-9]`),
  )
})

test('one that is stopped is stopped, and so is its job', async () => {
  if (!app) await open()
  const { id } = await ask('studies.start', { study: 'distribution', seeds: 2 })
  await expect.poll(async () => (await ask('studies.show', { study: id })).job).not.toBeNull()
  const { job } = await ask('studies.show', { study: id })
  await ask('studies.stop', { study: id })
  expect((await ended(await ask('studies.show', { study: id }))).status).toBe('stopped')
  expect((await ask('jobs.list', {})).find((one) => one.id === job)).toMatchObject({
    status: 'cancelled',
    reason: null,
  })
  const done = await ask('studies.estimate', { study: 'distribution', seeds: 2 })
  expect(done.goesOn).toBe(id)
  const study = await ask('studies.show', { study: id })
  expect(done).toMatchObject({ steps: study.steps.length, left: study.steps.length - stepsDone(study) })
})

test('a model that chats is asked each plain question as a user', async () => {
  if (!app) await open()
  const folder = join(home, 'talker')
  cpSync(join(root, 'resources/starter'), folder, { recursive: true })
  writeFileSync(join(folder, 'chat_template.jinja'), "Q: {{ messages[0]['content'] }}\nA:")
  await ask('models.add', { source: folder, name: 'talker' })
  const questions = Array.from({ length: 40 }, (_, i) => ({
    ...{ prompt: `Max has ${i + 10} books and finds 3 more. How many now?`, chosen: `${i + 13}.`, rejected: '2.' },
  }))
  const file = join(home, 'questions.jsonl')
  writeFileSync(file, questions.map((line) => JSON.stringify(line)).join('\n'))
  await ask('pairs.import', { file, set: 'plain' })
  const study = await ask('studies.start', { study: 'distribution', model: 'talker', pairs: 'plain' })
  const pool = async () => (await ask('sets.list', {})).find(({ name }) => name === `distribution ${study.id}: pool`)
  await vi.waitFor(async () => expect(await pool()).toBeDefined(), 30_000)
  await ask('studies.stop', { study: study.id })
  expect((await ended(study)).status).toBe('stopped')
  const { rows } = await ask('pairs.list', { set: (await pool())!.id, limit: 1 })
  const { prompt, a } = await ask('pairs.show', { pair: rows[0]!.id })
  expect(prompt).toEqual([{ role: 'user', content: 'Max has 18 books and finds 3 more. How many now?' }])
  expect(a.text).toBe('21.')
})

test('what cannot be run is refused before anything is stored', async () => {
  if (!app) await open()
  const refused = (input: object) => ask('studies.start', { study: 'ood', ...input } as never)
  await expect(refused({ model: 'nobody' })).rejects.toMatchObject({ problem: { code: 'not-found', where: 'nobody' } })
  await expect(refused({ pairs: 'sample' })).rejects.toMatchObject({ problem: { where: 'others' } })
  await expect(refused({ pairs: 'sample', others: 'sample' })).rejects.toMatchObject({
    problem: { where: 'others', message: 'This study compares two domains, and sample was named for both' },
  })
  await expect(refused({ pairs: 'nothing', others: 'sample' })).rejects.toMatchObject({ problem: { where: 'nothing' } })
  const before = (await ask('studies.list', {})).studies.length
  expect((await ask('studies.list', {})).studies).toHaveLength(before)
  const [first] = (await ask('studies.list', {})).studies
  const small = (await ask('sets.list', {})).find(({ name }) => name.endsWith(': exam'))!
  await expect(refused({ study: 'distribution', pairs: small.name })).rejects.toMatchObject({
    problem: {
      where: 'pairs',
      message: `All questions of ${small.name} would go into the exam, which keeps the first 8`,
    },
  })
  await expect(
    ask('studies.write-report', { study: first!.id, to: join(home, 'no', 'folder.html') }),
  ).rejects.toMatchObject({
    problem: { code: 'unavailable', message: 'There is no such folder' },
  })
  await expect(ask('studies.stop', { study: first!.id })).rejects.toMatchObject({ problem: { code: 'conflict' } })
})
