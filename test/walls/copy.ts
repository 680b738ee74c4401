// A copy of the source tree in a temporary folder, to plant breaches in.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

export type Copy = { folder: string; plant(file: string, text: string): void; remove(): void }

export function copyOfSource(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'attune-walls-'))
  for (const part of ['src', 'package.json', 'tsconfig.base.json', '.dependency-cruiser.cjs'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return {
    folder,
    plant(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
