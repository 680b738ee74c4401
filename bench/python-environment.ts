// The Python environment of the comparison: made once, into the cache that checkouts share, named after its requirements.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { cacheFolder } from '../setup/cache.mjs'

const requirements = join(import.meta.dirname, 'trl', 'requirements.txt')

/**
 * Path of a Python that has torch, TRL and what they need; takes minutes and 5 GB the first time.
 * torch as the package index has it links its CUDA libraries and does not load without them, so they come along everywhere.
 * Throws one line when there is no Python 3 with venv, or pip cannot install.
 */
export function pythonEnvironment(): string {
  const text = readFileSync(requirements)
  const folder = join(cacheFolder(), `bench-python-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
  const python = join(folder, 'bin', 'python')
  if (existsSync(join(folder, 'made'))) return python
  console.error('Making a Python environment with torch and TRL. This takes a while, and 5 GB.')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(cacheFolder(), { recursive: true })
  call('python3', ['-m', 'venv', folder])
  call(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements])
  writeFileSync(join(folder, 'made'), '')
  return python
}

function call(program: string, args: string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? `exit code ${String(status)}`}`)
}
