// Draws the rooms and who imports whom into ARCHITECTURE.md, from the imports themselves. --print only prints.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const cruise = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
const rooms = '^src/(main/[^/]+\\.ts|main/[^/]+/|[^/]+/)'
const { stdout, stderr } = spawnSync(
  process.execPath,
  [cruise, 'src', '--config', '.dependency-cruiser.cjs', '--include-only', '^src', '--output-type', 'json'],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 },
)
if (!stdout.startsWith('{')) throw new Error(stderr)

/** @param {string} file @returns {string | null} */
const roomOf = (file) => new RegExp(rooms).exec(file)?.[1]?.replace(/\/$/, '').replace(/\.ts$/, '') ?? null
const arrows = new Set()
for (const { source, dependencies } of JSON.parse(stdout).modules) {
  for (const { resolved } of dependencies) {
    const [from, to] = [roomOf(source), roomOf(resolved)]
    if (from && to && from !== to) arrows.add(`  ${from} --> ${to}`)
  }
}
const picture = ['flowchart LR', ...[...arrows].sort()].join('\n')

if (process.argv.includes('--print')) console.log(picture)
else {
  const file = join(root, 'ARCHITECTURE.md')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text.replace(/```mermaid\n[^]*?\n```/, () => `\`\`\`mermaid\n${picture}\n\`\`\``),
  )
}
