// Prompts to be answered: those of a set or of a file, each once, with what is expected of an answer where that is known.
import { ProblemError, type CommandParsed, type PromptPreview, type PromptSource, type RefusedRow } from '#contract'
import { readPrompts } from '../formats/index.ts'
import type { AskedPrompt } from '../trainer/protocol.ts'
import type { AppContext } from './context.ts'
import type { JobProgress } from './jobs.ts'
import { setNamed } from './names.ts'

/** Prompts that are sampled for at once: they travel to the trainer in one message. */
const MOST = 50_000
/** Prompts that a preview shows, and refused rows that are told. */
const SHOWN = 20
const TOLD = 1000

export type FoundPrompts = { prompts: AskedPrompt[]; refused: RefusedRow[]; refusedCount: number }

type Reading = { progress?: JobProgress; signal?: AbortSignal }

/**
 * The distinct prompts of a source, the first `limit` of them. Of a set, what a prompt's first pair says, else its chosen response, is what is expected.
 * @throws ProblemError when there is no such set or file, it has no prompt, or too many
 */
export async function foundPrompts(
  { store }: AppContext,
  source: PromptSource,
  limit: number | null,
  reading: Reading = {},
): Promise<FoundPrompts> {
  const most = limit ?? MOST + 1
  const found =
    'set' in source
      ? { ...noRefusals(), prompts: promptsOfSet(store, source.set, most) }
      : await promptsOfFile(source.file, most, reading)
  const where = 'set' in source ? `set ${source.set}` : source.file
  if (found.prompts.length > MOST)
    throw new ProblemError({
      code: 'refused',
      message: `There are more than ${MOST} prompts`,
      where,
      advice: 'Say how many of them to take with a limit',
    })
  const [first] = found.refused
  if (found.prompts.length === 0)
    throw new ProblemError({
      code: 'bad-input',
      message: first ? `No row is a prompt; line ${first.line}: ${first.reason}` : 'There are no prompts',
      where,
    })
  return found
}

/** Reads a source and tells what it holds. @throws ProblemError as `foundPrompts` */
export async function previewPrompts(
  context: AppContext,
  { prompts: source, limit }: CommandParsed<'pairs.prompts'>,
): Promise<PromptPreview> {
  const { prompts, refused, refusedCount } = await foundPrompts(context, source, limit)
  return {
    prompts: prompts.length,
    expected: prompts.filter(({ expected }) => expected !== null).length,
    first: prompts.slice(0, SHOWN).map(({ prompt }) => prompt),
    ...{ refused, refusedCount },
  }
}

const noRefusals = () => ({ refused: [] as RefusedRow[], refusedCount: 0 })

function promptsOfSet(store: AppContext['store'], name: string, most: number): AskedPrompt[] {
  return store.pairs.prompts(setNamed(store, name).id, most)
}

async function promptsOfFile(file: string, most: number, { progress, signal }: Reading): Promise<FoundPrompts> {
  const found: FoundPrompts = { prompts: [], ...noRefusals() }
  const seen = new Set<string>()
  const onProgress = (share: number) => progress?.('reading prompts', share)
  for await (const row of readPrompts(file, { signal, onProgress })) {
    if ('refused' in row) {
      if (++found.refusedCount <= TOLD)
        found.refused.push({ line: row.line, reason: row.refused, excerpt: row.excerpt })
      continue
    }
    const key = JSON.stringify(row.prompt.prompt)
    if (seen.has(key)) continue
    seen.add(key)
    if (found.prompts.push(row.prompt) === most) break
  }
  return found
}
