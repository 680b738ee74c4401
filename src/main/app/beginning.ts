// What a fork begins with: a checkpoint of its parent that is still kept, checked before anything is loaded, and a copy of it that is
// the fork's own, so that the parent may go.
import { renameSync, rmSync } from 'node:fs'
import { copyFile, link, mkdir, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { methods, ProblemError, type Model, type ParsedSettings, type Run, type RunRequest } from '#contract'
import type { AppContext } from './context.ts'
import { BEGINNING, keptCheckpoints, WEIGHTS } from './kept-checkpoints.ts'
import { runFolder } from './run-files.ts'

export type Beginning = { parent: Run; step: number; checkpoint: string }

/**
 * What a fork takes, by where it lies from the checkpoint's folder: the weights, what they were trained on, and the probes of the run.
 * The optimiser begins anew: its slots stay behind.
 */
const taken = [WEIGHTS, 'state.json', join('..', '..', 'frozen.json')]

/** Settings that the trained weights stand on, by the tuning that reads them. */
const shaping = { full: ['tuning'], lora: ['tuning', 'lora_rank', 'lora_alpha', 'lora_targets'] } as const

/**
 * The checkpoint that a request begins from; null when it begins from its model.
 * @throws ProblemError in one line: no such run, a checkpoint that is not kept, another model or other shapes of what is trained
 */
export function beginningOf(
  { store }: Pick<AppContext, 'store'>,
  { from, parent: named, method }: RunRequest,
  { model, settings }: { model: Model; settings: ParsedSettings },
): Beginning | null {
  if (!from) return null
  const parent = store.runs.show(from.run)
  const refused = (message: string, where: string, advice: string) =>
    new ProblemError({ code: 'refused', message, where, advice })
  if (named !== null && named !== from.run)
    throw refused(`A fork of run ${named} cannot begin from run ${from.run}`, 'from', 'Leave parent out')
  const kept = keptCheckpoints({ store }, from.run)
  const checkpoint = kept.find(({ step }) => step === from.step)
  if (!checkpoint)
    throw refused(
      `${parent.name} keeps no checkpoint of step ${from.step}`,
      'from',
      kept.length > 0
        ? `It keeps ${kept.map(({ step }) => step).join(' and ')}`
        : 'Fork it without one: then it begins from the model',
    )
  if (model.id !== parent.model.id)
    throw refused(
      `The checkpoint is of ${parent.model.name}, not of ${model.name}`,
      'model',
      `Choose ${parent.model.name}`,
    )
  if ((methods[parent.method].learns === 'rewards') !== (methods[method].learns === 'rewards'))
    throw refused('A reward model and a policy cannot begin from each other', 'method', 'Start from the model instead')
  const other = shaping[settings.tuning === 'full' ? 'full' : 'lora'].find(
    (key) => valueText(parent.settings[key]) !== valueText(settings[key]),
  )
  if (other)
    throw refused(
      `The checkpoint was trained with ${other} ${valueText(parent.settings[other])}, so it cannot go on with ${valueText(settings[other])}`,
      `setting ${other}`,
      'Leave it as it was, or start from the model',
    )
  return { parent, step: from.step, checkpoint: checkpoint.folder }
}

/** A list in any order is the same list. */
function valueText(value: unknown): string {
  return Array.isArray(value) ? [...(value as unknown[])].map(String).sort().join(', ') : String(value)
}

/**
 * Takes a copy of the checkpoint and has `create` make the run that it is for; then both are there, or neither. A file of a checkpoint
 * is never written to again, so a second name for it is a copy.
 */
export async function withBeginning(
  { home, store }: Pick<AppContext, 'home' | 'store'>,
  beginning: Beginning,
  create: () => Run,
): Promise<Run> {
  const part = join(home, 'runs', `.${randomUUID()}.part`)
  try {
    await mkdir(join(part, BEGINNING), { recursive: true })
    for (const file of taken) {
      const [from, to] = [join(beginning.checkpoint, file), join(part, BEGINNING, basename(file))]
      await link(from, to).catch(() => copyFile(from, to))
    }
    return store.transaction(() => {
      const run = create()
      const place = runFolder(home, run.id)
      // A run that died before it was stored may have left its folder behind.
      rmSync(place, { recursive: true, force: true })
      renameSync(part, place)
      return run
    })
  } catch (thrown) {
    await rm(part, { recursive: true, force: true }).catch(() => {})
    const refusal = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null
    if (refusal === null || thrown instanceof ProblemError) throw thrown
    throw new ProblemError({
      code: 'unavailable',
      message: `The checkpoint could not be copied for the fork (${refusal})`,
      where: beginning.checkpoint,
      advice:
        refusal === 'ENOENT' ? 'A newer one has taken its place: fork from that' : 'Free some space and try again',
    })
  }
}
