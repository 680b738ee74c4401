// The job that scores tokens, in this process: its texts, what it refuses, that it stops, and that nothing is left alive.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ProblemError, type PairId, type ParsedSettings } from '#contract'
import { tokens } from '../../../src/main/trainer/jobs/tokens.ts'
import type { JobContext } from '../../../src/main/trainer/loop.ts'
import { modelHashes, openModel } from '../../../src/main/trainer/model-files.ts'
import type { TokensJob } from '../../../src/main/trainer/protocol.ts'
import { tensorsAlive } from '../../ml/backend.ts'
import { goldenSettings } from '../../ml/recipes/runs.ts'
import { fixture } from '../app/run-home.ts'

const location = fixture('tiny-llama')
const opened = await openModel(location)
const expected = await modelHashes(opened)
const pair = {
  id: 7 as PairId,
  prompt: 'Was frisst ein',
  chosen: ' Füchschen 🦊?',
  rejected: ' 日本の狐\nfrisst\uFFFDs',
}

/** The adapter of the fixtures, as a checkpoint holds it. */
function checkpoint(step: number) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-tokens-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  copyFileSync(fixture('tiny-llama-lora/adapter_model.safetensors'), join(folder, 'trained.safetensors'))
  return { step, folder }
}

const job = (change: Partial<TokensJob> = {}): TokensJob => ({
  model: { model: location, expected },
  settings: { ...goldenSettings, tuning: 'lora' } as unknown as ParsedSettings,
  checkpoints: [checkpoint(4)],
  ...{ pair, ...change },
})
const contextThat = (tell: JobContext['tell'] = () => {}, stop = new AbortController().signal) => ({ tell, stop })
const refusal = async (change: Partial<TokensJob>, context = contextThat()) => {
  const before = tensorsAlive()
  const thrown: unknown = await tokens(job(change), context).catch((problem: unknown) => problem)
  expect(tensorsAlive()).toBe(before)
  expect(thrown).toBeInstanceOf(ProblemError)
  return (thrown as ProblemError).problem
}

test('pieces join to the responses, characters of several bytes and all; the reference is that of the bare model', async () => {
  const before = tensorsAlive()
  const { steps, chosen, rejected } = await tokens(job(), contextThat())
  expect(tensorsAlive()).toBe(before)
  expect(steps).toEqual([4])
  const eos = opened.tokenizer.eos!.text
  expect(chosen.map(({ text }) => text).join('')).toBe(`${pair.chosen}${eos}`)
  expect(rejected.map(({ text }) => text).join('')).toBe(`${pair.rejected}${eos}`)
  expect(chosen.length).toBeGreaterThan(pair.chosen.length)
  for (const { reference, policy } of [...chosen, ...rejected]) {
    expect(reference).toBeLessThan(0)
    expect(policy).toHaveLength(1)
  }
  expect(chosen.some(({ reference, policy }) => Math.abs(policy[0]! - reference!) > 1e-3)).toBe(true)
  const { chosen: alone } = await tokens(job({ checkpoints: [] }), contextThat())
  expect(alone.map(({ reference }) => reference)).toEqual(chosen.map(({ reference }) => reference))
})

test('a pair that does not fit, a checkpoint that is gone and a model that changed are refused, and nothing is held then', async () => {
  const long = { ...pair, chosen: 'word '.repeat(200) }
  expect(await refusal({ pair: long })).toMatchObject({ code: 'refused', where: 'pair 7' })
  expect((await refusal({ pair: long })).message).toMatch(/^This pair does not fit the model: too long: /)
  const gone = { step: 8, folder: join(tmpdir(), 'attune-no-such-checkpoint') }
  expect((await refusal({ checkpoints: [checkpoint(4), gone] })).where).toContain('attune-no-such-checkpoint')
  const other = { model: location, expected: { ...expected, modelHash: 'another' } }
  expect((await refusal({ model: other })).message).toBe("The model's weights changed since it was added")
})

test('is stopped between two scorings', async () => {
  const stop = new AbortController()
  const told: string[] = []
  const context = contextThat((name, data) => {
    if (name !== 'doing') return
    told.push((data as { text: string }).text)
    if (told.at(-1) === 'scoring tokens, at step 4') stop.abort()
  }, stop.signal)
  expect((await refusal({ checkpoints: [checkpoint(4), checkpoint(8)] }, context)).code).toBe('cancelled')
  expect(told).not.toContain('scoring tokens, at step 8')
})

test('weights that broke give no number, and the model itself still does', async () => {
  const broken = checkpoint(4)
  const file = join(broken.folder, 'trained.safetensors')
  const bytes = readFileSync(file)
  bytes.writeFloatLE(NaN, bytes.length - 4)
  writeFileSync(file, bytes)
  const { chosen } = await tokens(job({ checkpoints: [broken, checkpoint(8)] }), contextThat())
  for (const { reference, policy } of chosen) {
    expect(reference).toBeLessThan(0)
    expect(policy[0]).toBe(null)
    expect(policy[1]!).toBeLessThan(0)
  }
})
