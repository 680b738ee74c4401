// The machine's report against checkouts and PATHs made for each case, and its words.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bfloat16, machineReport } from '../../../src/main/app/doctor.ts'
import { doctorFindings } from '../../../src/main/app/findings.ts'

let root = ''
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'attune-doctor-'))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

const bare = { PATH: '' }
function record(fields: object): void {
  mkdirSync(join(root, 'node_modules', '.attune'), { recursive: true })
  writeFileSync(join(root, 'node_modules', '.attune', 'setup.json'), JSON.stringify(fields))
}
const found = async (name: string, options: Parameters<typeof machineReport>[0] = {}) =>
  doctorFindings(await machineReport({ root, env: bare, ...options })).find((finding) => finding.name === name)

test('TensorFlow is what set-up recorded, and what would be better is the advice', async () => {
  expect(await found('TensorFlow')).toMatchObject({ state: 'missing', advice: 'npm run setup' })
  record({ origin: 'wheel', tensorflowVersion: '2.21.0', device: 'cpu', missed: [] })
  expect(await found('TensorFlow')).toMatchObject({
    state: 'good',
    text: '2.21.0 on the CPU, from its wheel',
    advice: null,
  })
  record({ origin: 'wasm', tensorflowVersion: null, device: 'cpu', missed: ['No pip was found. Install it.'] })
  expect(await found('TensorFlow')).toMatchObject({ state: 'fair', advice: 'No pip was found. Install it.' })
  record({ origin: 'elsewhere' })
  expect(await found('TensorFlow')).toMatchObject({ state: 'missing' })
})

test('what the trainer runs on counts more than what set-up brought', async () => {
  record({ origin: 'wheel', tensorflowVersion: '2.21.0', device: 'cpu', missed: [] })
  const onWasm = { tensorflow: '2.21.0', backend: 'wasm' }
  expect(await found('TensorFlow', { runtime: onWasm })).toMatchObject({
    state: 'fair',
    text: expect.stringContaining('runs on wasm'),
  })
  const native = { tensorflow: '2.21.0', backend: 'native' }
  expect(await found('TensorFlow', { runtime: native })).toMatchObject({ state: 'good' })
  const graphs = { ...native, backend: 'native graph', precision: 'float32', precisionWhy: 'as measured' }
  expect(await found('TensorFlow', { runtime: graphs })).toMatchObject({ state: 'good' })
  const flags = { cpuinfo: 'flags : avx512_bf16' }
  expect(await found('bfloat16', { ...flags, runtime: graphs })).toMatchObject({
    state: 'fair',
    text: 'not used: as measured',
  })
})

test('bfloat16 is read from the flags, and unknown where there are none', async () => {
  expect(bfloat16('processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 amx_bf16\n')).toEqual({
    fast: true,
    flags: ['avx512_bf16', 'amx_bf16'],
  })
  expect(bfloat16('Features\t: fp asimd bf16')).toEqual({ fast: true, flags: ['bf16'] })
  expect(bfloat16('flags\t\t: fpu avx2')).toEqual({ fast: false, flags: [] })
  expect(bfloat16('')).toEqual({ fast: null, flags: [] })
  expect(await found('bfloat16', { cpuinfo: 'flags : avx512_bf16' })).toMatchObject({
    text: 'fast, by CPU flags (avx512_bf16)',
  })
})

test('programs are found on PATH or named as missing', async () => {
  for (const name of ['Browser', 'pip', 'C++ compiler', 'Electron', 'SQLite']) {
    expect([name, (await found(name))?.state]).toEqual([name, 'missing'])
  }
  for (const name of ['chromium', 'g++']) writeFileSync(join(root, name), '', { mode: 0o755 })
  mkdirSync(join(root, 'node_modules', 'electron', 'dist'), { recursive: true })
  writeFileSync(join(root, 'node_modules', 'electron', 'path.txt'), 'electron')
  writeFileSync(join(root, 'node_modules', 'electron', 'dist', 'electron'), '')
  const report = await machineReport({ root, env: { PATH: root }, sqlite: '3.50.0' })
  expect(report).toMatchObject({
    browser: { program: join(root, 'chromium') },
    compiler: join(root, 'g++'),
    electron: true,
    sqlite: '3.50.0',
    cores: availableParallelism(),
    node: process.versions.node,
  })
  expect(report.memory.free).toBeGreaterThan(0)
  expect(report.memory.free).toBeLessThanOrEqual(report.memory.total)
})
