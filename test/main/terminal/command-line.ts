// Lines of the terminal, each in a process of its own, on a home folder that lives as long as the tests of a file.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'

const cli = join(import.meta.dirname, '../../../src/main/cli.ts')

/** `attune` answers with what a line wrote, `json` with its JSON, `refusal` with the exit code and the last line of standard error. */
export function commandLine() {
  const home = mkdtempSync(join(tmpdir(), 'attune-terminal-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const attune = (line: string) => promisify(execFile)(process.execPath, [cli, ...line.split(' '), '--home', home])
  return {
    home,
    attune,
    json: async (line: string) => JSON.parse((await attune(`${line} --json -`)).stdout) as Record<string, unknown>,
    async refusal(line: string) {
      const { code, stderr } = (await attune(line).then(
        () => ({}),
        (thrown: unknown) => thrown,
      )) as { code?: number; stderr?: string }
      return [code, stderr?.trim().split('\n').at(-1)]
    },
  }
}
