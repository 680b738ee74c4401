// Set-up on machines that lack something: each ends with WebAssembly and a line that says what was missed. Real programs, a bare PATH.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync, spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runChild } from '../../setup/child.mjs'
import { bringTensorFlow } from '../../setup/tensorflow.mjs'

const checkout = join(import.meta.dirname, '..', '..')
const posix = process.platform !== 'win32'
const hasPython = spawnSync('python3', ['--version']).status === 0
let folder = ''
let place: { root: string; cache: string; node: string; env: NodeJS.ProcessEnv }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-setup-'))
  const root = join(folder, 'checkout')
  const packages = join(root, 'node_modules')
  const tfjs = join(packages, '@tensorflow', 'tfjs-node-gpu')
  mkdirSync(tfjs, { recursive: true })
  // The installer's own code, in a place of its own, and a network that refuses it.
  for (const part of ['scripts', 'package.json']) {
    cpSync(join(checkout, 'node_modules', '@tensorflow', 'tfjs-node-gpu', part), join(tfjs, part), { recursive: true })
  }
  mkdirSync(join(folder, 'bin'))
  place = {
    root,
    cache: join(folder, 'cache'),
    node: process.execPath,
    env: {
      PATH: join(folder, 'bin'),
      NODE_PATH: join(checkout, 'node_modules'),
      TFJS_NODE_BASE_URI: 'https://127.0.0.1:9/none-',
    },
  }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Puts a script on the bare PATH. */
const give = (name: string, script: string) =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })

const nothingLeft = () => {
  expect(existsSync(place.cache) ? readdirSync(place.cache) : []).toEqual([])
  expect(existsSync(join(place.root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib'))).toBe(false)
}

test('neither pip nor a compiler', async () => {
  const found = await bringTensorFlow(place)
  expect(found).toMatchObject({ origin: 'wasm', tensorflowVersion: null, device: 'cpu' })
  expect(found.missed[0]).toMatch(/^No C\+\+ compiler and no pip was found\..*npm run setup$/)
  expect(found.missed[1]).toMatch(/^tfjs-node's own installer did not bring TensorFlow/)
  nothingLeft()
})

test.runIf(posix)('a compiler and no pip', async () => {
  give('c++', 'exit 0')
  expect((await bringTensorFlow(place)).missed[0]).toMatch(/^No pip was found/)
})

test.runIf(posix)('pip and no compiler', async () => {
  give('python3', 'exit 0')
  expect((await bringTensorFlow(place)).missed[0]).toMatch(/^No C\+\+ compiler was found/)
})

test.runIf(posix)('a pip whose network is refused', async () => {
  give('c++', 'exit 0')
  give(
    'python3',
    `case "$*" in *download*) echo "NewConnectionError: Failed to establish a new connection" >&2; exit 1;; esac`,
  )
  const found = await bringTensorFlow(place)
  expect(found.origin).toBe('wasm')
  expect(found.missed[0]).toMatch(/^pip could not reach the Python package index\./)
  nothingLeft()
})

test.runIf(posix && hasPython)('a wheel that is no wheel', async () => {
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)']).toString().trim()
  give('c++', 'exit 0')
  // A Python without the pip module: then the pip on PATH is taken.
  give('python3', `[ "$1" = -m ] && exit 1; exec '${python}' "$@"`)
  give('pip3', '[ "$1" = --version ] && exit 0; while [ "$1" != --dest ]; do shift; done; echo broken > "$2/tf.whl"')
  const found = await bringTensorFlow(place)
  expect(found.missed[0]).toMatch(/^The wheel could not be unpacked \(.*not a zip file\)/)
  nothingLeft()
})

test.runIf(posix)('a GPU whose wheel cannot be had ends in the same place, with both ways named', async () => {
  give('nvidia-smi', 'echo "GPU 0: some GPU (UUID: x)"')
  const found = await bringTensorFlow(place)
  expect(found.origin).toBe('wasm')
  expect(found.missed).toHaveLength(3)
})

test('a program that hangs is ended, with all that it started', async () => {
  const script = `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); setInterval(() => {}, 1000)`
  const started = Date.now()
  expect(await runChild(process.execPath, ['-e', script], { idle: 1500 })).toMatchObject({ ok: false, reason: 'idle' })
  expect(await runChild(process.execPath, ['-e', script], { timeout: 500 })).toMatchObject({
    ok: false,
    reason: 'timeout',
  })
  expect(Date.now() - started).toBeLessThan(15_000)
  expect(await runChild(join(folder, 'not-there'), [])).toMatchObject({ ok: false, reason: 'missing' })
})

test('a refusal is remembered: the next start is quick and says its line; setup by hand tries again', async () => {
  const { root } = place
  cpSync(join(checkout, 'setup'), join(root, 'setup'), { recursive: true })
  copyFileSync(join(checkout, 'package-lock.json'), join(root, 'package-lock.json'))
  copyFileSync(join(checkout, 'node_modules', '.package-lock.json'), join(root, 'node_modules', '.package-lock.json'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  const env = { ...place.env, ATTUNE_CACHE: place.cache }
  const setUp = (...flags: string[]) =>
    runChild(process.execPath, [join(root, 'setup', 'setup.mjs'), ...flags], { env })
  const record = () => JSON.parse(readFileSync(join(root, 'node_modules', '.attune', 'setup.json'), 'utf8'))

  const first = await setUp()
  expect(first.ok).toBe(true)
  expect(first.errors).toContain(
    'TensorFlow: WebAssembly, slow, good for the starter model. No C++ compiler and no pip was found.',
  )
  expect(first.output).toBe('')
  const before = record()
  expect(before.origin).toBe('wasm')

  const second = await setUp()
  expect(second.errors.trim().split('\n')).toHaveLength(1)
  expect((await setUp('--quiet')).errors).toBe('')
  expect(record().checkedAt).toBe(before.checkedAt)

  expect((await setUp('--again')).errors).toContain('own installer')
  expect(record().checkedAt).not.toBe(before.checkedAt)
})
