// Other programs of this machine: whether they are there, and running one to its end.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Ended = { ok: boolean; output: string }

/** The full path of the first of `names` that is on PATH, or null. */
export function findProgram(names: string[], env: NodeJS.ProcessEnv = process.env): string | null {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = names.flatMap((name) =>
    folders.flatMap((folder) => endings.map((end) => join(folder, name + end))),
  )
  return candidates.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs a program without a shell. Resolves also when it fails or is not there; `output` holds all it said, 100,000 characters at most. */
export function runProgram(
  program: string,
  args: string[],
  {
    env = process.env,
    signal,
    timeout = 30_000,
  }: { env?: NodeJS.ProcessEnv; signal?: AbortSignal; timeout?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env,
      signal,
      timeout,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (text: string) => (output = (output + text).slice(-100_000))
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.once('error', () => resolve({ ok: false, output }))
    child.once('close', (code) => resolve({ ok: code === 0, output }))
  })
}

/** How pip is called here, or null when no pip answers. */
export async function findPip(env: NodeJS.ProcessEnv = process.env): Promise<[string, string[]] | null> {
  const ways: [string, string[]][] = [
    ['python3', ['-m', 'pip']],
    ['python', ['-m', 'pip']],
    ['py', ['-3', '-m', 'pip']],
    ['pip3', []],
    ['pip', []],
  ]
  for (const [name, args] of ways) {
    const program = findProgram([name], env)
    if (program && (await runProgram(program, [...args, '--version'], { env })).ok) return [program, args]
  }
  return null
}
