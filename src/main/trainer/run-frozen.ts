// What a run fixes at its start and a resumed run takes up again: its probes and the reference's log-probabilities.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError, type Probe } from '#contract'
import type { RunProbe, Tokenizer } from '#ml'
import type { ReferenceEntry, TrainPair } from './protocol.ts'
import { replaceFile } from './writing.ts'

export type Frozen = { probes: readonly RunProbe[]; reference: readonly ReferenceEntry[] }

const FILE = 'frozen.json'

/** Keeps them in the run's folder. Without them no checkpoint is of use, so this comes before the first. */
export async function writeFrozen(folder: string, frozen: Frozen): Promise<void> {
  await replaceFile(join(folder, FILE), `${JSON.stringify(frozen)}\n`)
}

export async function readFrozen(folder: string): Promise<Frozen> {
  const file = join(folder, FILE)
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Frozen
    if (Array.isArray(read.probes) && Array.isArray(read.reference)) return read
  } catch {
    // Told below, as for a file of another shape.
  }
  throw new ProblemError({
    code: 'refused',
    message: 'The probes that this run began with are missing or damaged, so it cannot go on',
    where: file,
    advice: 'Start a new run with the same settings',
  })
}

/** A probe as the window shows it: texts for pairs and token ids. */
export function shownProbe(probe: RunProbe, pairs: ReadonlyMap<number, TrainPair>, tokenizer: Tokenizer): Probe {
  const { id, prompt, chosen, rejected, mark } = pairOf(probe.pair, pairs)
  const shown = { index: probe.index, kind: probe.kind, pair: id, prompt, chosen: null, rejected: null, response: null }
  switch (probe.kind) {
    case 'train':
    case 'heldout':
      if (mark) return { ...shown, [mark === 'good' ? 'chosen' : 'rejected']: chosen }
      return { ...shown, chosen, rejected }
    case 'out-of-domain':
      return { ...shown, response: chosen }
    case 'other':
      return { ...shown, response: pairOf(probe.answer, pairs).chosen }
    case 'other-rejected': {
      const answer = pairOf(probe.answer, pairs)
      return { ...shown, response: answer.mark ? answer.chosen : answer.rejected }
    }
    default:
      return { ...shown, response: tokenizer.decode(probe.response, { skipSpecial: true }) }
  }
}

export function pairOf(id: number, pairs: ReadonlyMap<number, TrainPair>): TrainPair {
  const pair = pairs.get(id)
  if (!pair) throw new Error(`Pair ${id} is not among the pairs of this run`)
  return pair
}
