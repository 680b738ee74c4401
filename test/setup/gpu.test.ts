// What set-up asks for on a machine with an NVIDIA GPU and on one without, told by a faked nvidia-smi. No machine of ours has one.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bringTensorFlow, seesGpu } from '../../setup/tensorflow.mjs'
import { wheelPlan } from '../../setup/wheel.mjs'

const posix = process.platform !== 'win32'
/** The only system with a wheel of its own for the GPU. */
const linux = process.platform === 'linux' && process.arch === 'x64'
let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-gpu-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const give = (name: string, script: string) =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
const listed = 'echo "GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-1)"'

test.runIf(posix)('a GPU is seen when nvidia-smi lists one, and not because the program is there', async () => {
  const seen = () => seesGpu({ PATH: folder })
  expect(await seen()).toBe(false)
  give('nvidia-smi', 'echo "No devices were found"')
  expect(await seen()).toBe(false)
  give('nvidia-smi', `${listed}; exit 9`)
  expect(await seen()).toBe(false)
  give('nvidia-smi', listed)
  expect(await seen()).toBe(true)
})

test.runIf(linux)(
  'with a GPU its wheel is asked for first, then the one without; else the latter alone',
  async ({ skip }) => {
    const { bavail, bsize } = statfsSync(folder)
    const plan = wheelPlan({ platform: 'linux', arch: 'x64', gpu: true })
    if (!('disk' in plan) || bavail * bsize <= plan.disk) skip('the disk has no room for the wheel of the GPU')
    const log = join(folder, 'asked')
    const asked = async () => {
      rmSync(log, { force: true })
      const root = join(folder, 'checkout')
      mkdirSync(join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'), { recursive: true })
      await bringTensorFlow({ root, cache: join(folder, 'cache'), node: process.execPath, env: { PATH: folder } })
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
      return [...new Set(lines.map((line) => line.split(' ').at(-1)))]
    }
    give('c++', 'exit 0')
    // A pip that is there, writes down what it is asked to download, and has it not.
    give('python3', `case "$*" in *download*) echo "$*" >> '${log}'; echo "ERROR: no such wheel" >&2; exit 1;; esac`)
    expect(await asked()).toEqual(['tensorflow-cpu==2.21.0'])
    give('nvidia-smi', listed)
    expect(await asked()).toEqual(['tensorflow==2.21.0', 'tensorflow-cpu==2.21.0'])
  },
)
