// The machine's report: what Attune found here, why, and what to do to get the better one. Loads no TensorFlow: the trainer does.
import { existsSync, readFileSync } from 'node:fs'
import { arch, availableParallelism, freemem, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { findPip, findProgram, runProgram } from './programs.ts'

/** What set-up wrote down: see setup/record.mjs. */
const SetupRecord = z.object({
  origin: z.enum(['wheel', 'installer', 'wasm']),
  tensorflowVersion: z.string().nullable(),
  device: z.enum(['cpu', 'gpu']),
  missed: z.array(z.string()),
})

export type MachineReport = {
  tensorflow: {
    /** null with wasm, or when set-up has not run. */
    version: string | null
    origin: 'wheel' | 'installer' | 'wasm' | 'unknown'
    device: 'cpu' | 'gpu'
    /** The backend that the trainer reports, when it was asked. */
    backend: string | null
    /** One line for each better way that was not to be had, with what to do. */
    missed: string[]
  }
  cores: number
  /** Bytes that this process may use, and bytes free. */
  memory: { total: number; free: number }
  /** Whether products in bfloat16 are fast, by the processor's own flags; null when it does not tell. */
  bfloat16: { fast: boolean | null; flags: string[] }
  /** What the trainer would choose for its products and why, when it was asked. */
  precision: { chosen: string; why: string } | null
  sqlite: string | null
  electron: boolean
  /** A browser's executable, and the program that opens addresses. */
  browser: { program: string | null; opener: string | null }
  node: string
  /** For example 'linux x64'. */
  system: string
  pip: string | null
  compiler: string | null
}

export type MachineReportOptions = {
  /** Folder of the checkout; found from this file when absent. */
  root?: string
  /** Version that the store's SQLite reports. */
  sqlite?: string | null
  /** What the trainer says that it loaded. */
  runtime?: { tensorflow: string; backend: string; precision?: string; precisionWhy?: string }
  env?: NodeJS.ProcessEnv
  /** Linux's description of the processors. */
  cpuinfo?: string
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'firefox', 'chrome', 'msedge', 'brave-browser']

/** Looks at the machine. Takes under a second; never throws for something that is missing. */
export async function machineReport(options: MachineReportOptions = {}): Promise<MachineReport> {
  const { root = checkoutOf(import.meta.dirname), sqlite = null, runtime, env = process.env } = options
  const setup = readSetup(root)
  const pip = await findPip(env)
  const pipVersion = pip
    ? /^pip (\S+)/m.exec((await runProgram(pip[0], [...pip[1], '--version'], { env })).output)
    : null
  return {
    tensorflow: {
      version: runtime?.tensorflow ?? setup?.tensorflowVersion ?? null,
      origin: setup?.origin ?? 'unknown',
      device: setup?.device ?? 'cpu',
      backend: runtime?.backend ?? null,
      missed: setup?.missed ?? [],
    },
    cores: availableParallelism(),
    memory: memory(),
    bfloat16: bfloat16(options.cpuinfo ?? readCpuinfo()),
    precision: runtime?.precision ? { chosen: runtime.precision, why: runtime.precisionWhy ?? 'not told' } : null,
    sqlite,
    electron: hasElectron(root),
    browser: { program: browser(env), opener: opener(env) },
    node: process.versions.node,
    system: `${platform()} ${arch()}`,
    pip: pipVersion?.[1] ?? null,
    compiler: findProgram([...(env.CXX ? [env.CXX] : []), 'c++', 'g++', 'clang++'], env),
  }
}

/** The nearest folder above that holds package.json. */
function checkoutOf(folder: string): string {
  if (existsSync(join(folder, 'package.json')) || dirname(folder) === folder) return folder
  return checkoutOf(dirname(folder))
}

function readSetup(root: string): z.infer<typeof SetupRecord> | null {
  try {
    const text = readFileSync(join(root, 'node_modules', '.attune', 'setup.json'), 'utf8')
    return SetupRecord.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** A container's limit counts, where there is one. */
function memory(): { total: number; free: number } {
  const limit = process.constrainedMemory()
  const total = limit > 0 && limit < totalmem() ? limit : totalmem()
  return { total, free: Math.min(total, process.availableMemory?.() ?? freemem()) }
}

function readCpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}

/** The processor's flags that say it multiplies in bfloat16: AVX-512 BF16 and AMX on x86, BF16 on Arm. */
export function bfloat16(cpuinfo: string): MachineReport['bfloat16'] {
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]
  if (line === undefined) return { fast: null, flags: [] }
  const flags = line.split(/\s+/).filter((flag) => ['avx512_bf16', 'amx_bf16', 'bf16'].includes(flag))
  return { fast: flags.length > 0, flags }
}

function hasElectron(root: string): boolean {
  const folder = join(root, 'node_modules', 'electron')
  try {
    return existsSync(join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim()))
  } catch {
    return false
  }
}

function browser(env: NodeJS.ProcessEnv): string | null {
  const apps = ['/Applications/Safari.app', '/Applications/Google Chrome.app']
  return findProgram(BROWSERS, env) ?? apps.find((app) => existsSync(app)) ?? null
}

function opener(env: NodeJS.ProcessEnv): string | null {
  const names = { darwin: 'open', win32: 'cmd' }[process.platform as string] ?? 'xdg-open'
  return findProgram([names], env)
}
