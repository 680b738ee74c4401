// Runs one side as a child process and reads the lines it reports.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { trainerEnvironment } from '../src/main/app/trainer-environment.ts'

/** A step as a side reports it: nats, and tokens that went through the model with a prompt's copies but without padding. */
export type SideStep = { step: number; seconds: number; loss: number; pairs: number; tokens: number }

export type SideEnd = { peakBytes: number; versions: Record<string, string>; threads: number; device: string }

/** One process of one side. */
export type SideRun = SideEnd & { steps: SideStep[] }

const programs = { attune: 'attune-side.ts', trl: 'trl/trl_side.py', lean: 'trl/lean.py' } as const

/**
 * glibc's allocator told to keep what is freed, so that large activations need not be mapped anew at each step. In the one
 * trial of it (trl/trl_side.py) TRL's steps were shorter and its peak memory higher.
 */
const keepingMalloc = {
  MALLOC_MMAP_THRESHOLD_: '1000000000',
  MALLOC_TRIM_THRESHOLD_: '10000000000',
  MALLOC_TOP_PAD_: '268435456',
}

/** The environment of a side: Attune's is that of its trainer, TRL's default runs as a user would start it, the others as tried. */
function environmentOf(side: SideName): NodeJS.ProcessEnv {
  if (side.startsWith('attune')) return trainerEnvironment()
  return side === 'trl-default' ? process.env : { ...process.env, ...keepingMalloc }
}

export const sideNames = [
  'attune-float32',
  'attune-bfloat16',
  'attune-kept',
  'trl-default',
  'trl-float32',
  'trl-bfloat16',
  'lean-float32',
  'lean-bfloat16',
  'lean-unpadded',
] as const
export type SideName = (typeof sideNames)[number]

/** The side of that name; plain 'attune' is its float32. Throws one line that tells the names. */
export function sideNamed(name: string): SideName {
  const found = sideNames.find((known) => known === (name === 'attune' ? 'attune-float32' : name))
  if (!found) throw new Error(`There is no side '${name}'. Known: ${sideNames.join(', ')}.`)
  return found
}

/** Makes the side's reference log-probabilities and keeps them beside the shared input. */
export async function referencePass(side: SideName, folder: string, python: string): Promise<void> {
  await linesOf(side, folder, python, ['--pass-only'])
}

/** Trains once. Rejects with the side's last words when it fails or says too little. */
export async function runSide(side: SideName, folder: string, python: string): Promise<SideRun> {
  const lines = await linesOf(side, folder, python, [])
  const steps = lines.filter((line): line is SideStep => 'step' in line)
  const end = lines.find((line): line is SideEnd => 'peakBytes' in line)
  if (!end || steps.length === 0) throw new Error(`${side} ended without telling its steps.`)
  return { ...end, steps }
}

async function linesOf(side: SideName, folder: string, python: string, flags: string[]): Promise<object[]> {
  const [program = '', variant = ''] = side.split('-')
  const file = join(import.meta.dirname, programs[program as keyof typeof programs])
  const reference = join(folder, `reference-${side}.json`)
  const args = [file, folder, '--variant', variant, '--reference', reference, ...flags]
  const output = await outputOf(file.endsWith('.py') ? python : process.execPath, args, environmentOf(side))
  return output.split('\n').flatMap(parsed)
}

/** Libraries print what they like: only whole JSON objects are ours. */
function parsed(line: string): object[] {
  if (!line.startsWith('{"')) return []
  try {
    return [JSON.parse(line) as object]
  } catch {
    return []
  }
}

/** What a child prints. Rejects with the end of its standard error when it fails. */
export function outputOf(command: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, HF_HUB_OFFLINE: '1', PYTHONDONTWRITEBYTECODE: '1' },
    })
    let [out, tail] = ['', '']
    child.stdout.on('data', (text: Buffer) => void (out += text.toString()))
    child.stderr.on('data', (text: Buffer) => void (tail = (tail + text.toString()).slice(-3000)))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out)
      else reject(new Error(`${args[0] ?? command} ended with ${signal ?? `exit code ${String(code)}`}:\n${tail}`))
    })
  })
}
