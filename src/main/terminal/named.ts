// What a person names in the terminal, looked up: a set or a file of pairs, a run by its number or name.
import { basename, extname } from 'node:path'
import { ProblemError, type Run } from '#contract'
import type { Terminal } from './grammar.ts'
import { exists, importFile } from './library.ts'

/** A set of that name, or a file that becomes the set of its own name. */
export async function setOf(terminal: Terminal, given: string): Promise<string> {
  const sets = await terminal.ask('sets.list', {})
  if (sets.some(({ name }) => name === given) || !exists(given)) return given
  const { set, imported, duplicates, refused, refusedCount } = await importFile(
    terminal,
    given,
    basename(given, extname(given)),
  )
  terminal.tell(
    `${imported} pairs imported into ${set.name}, ${duplicates} were there already, ${refusedCount} rows refused.`,
  )
  for (const { line, reason } of refused.slice(0, 10)) terminal.tell(`  line ${line}: ${reason}`)
  return set.name
}

/** @throws ProblemError when no run has this number or name */
export async function runNamed(terminal: Terminal, given: string): Promise<Run> {
  const runs = await terminal.ask('runs.list', {})
  const found = runs.find(({ id }) => String(id) === given) ?? runs.find(({ name }) => name === given)
  if (!found)
    throw new ProblemError({
      code: 'not-found',
      message: 'There is no such run',
      where: given,
      advice: 'See attune runs list',
    })
  return found
}
