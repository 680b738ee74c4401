// Where things lie beside a shell, both when it runs from source and when it runs from the bundle.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export type Places = {
  version: string
  resources: string
  /** The built window. */
  window: string
  /** The trainer's entry, for fork. */
  trainer: string
}

/** @param here the shell's own folder: src/main or out/main */
export function placesBeside(here: string): Places {
  const root = resolve(here, '../..')
  const fromSource = here.endsWith(join('src', 'main'))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return {
    version,
    resources: join(root, 'resources'),
    window: join(root, 'out', 'renderer'),
    trainer: fromSource ? join(here, 'trainer', 'process.ts') : join(here, 'trainer.js'),
  }
}

/** The folder of one user's store, models and runs: `given`, else ATTUNE_HOME, else the system's place for such data. */
export function homeFolder(given?: string): string {
  if (given) return resolve(given)
  const { ATTUNE_HOME, XDG_DATA_HOME, LOCALAPPDATA } = process.env
  if (ATTUNE_HOME) return resolve(ATTUNE_HOME)
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? homedir(), 'Attune')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Attune')
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'attune')
}
