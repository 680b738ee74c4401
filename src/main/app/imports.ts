// Files of pairs on their way into a set: looked at first, then taken whole or not at all.
import { basename } from 'node:path'
import {
  ProblemError,
  type CommandParsed,
  type ImportPreview,
  type ImportReport,
  type PairSet,
  type RefusedRow,
} from '#contract'
import { openPairFile, originOf, type FilePair, type PairFileRow } from '../formats/index.ts'
import { answerAsPair, type NewPair } from '../store/index.ts'
import type { AppContext } from './context.ts'
import { pacedProgress, type JobProgress } from './jobs.ts'

/** Rows that a preview shows, and refused rows that are told. */
const SHOWN = 20
const TOLD = 1000
/** Pairs that are stored in one go: a few tens of milliseconds in which nobody else is served. */
const BATCH = 100

/** Reads a whole file and tells what an import would do. @throws ProblemError when the file cannot be read */
export function previewFile(
  { jobs }: AppContext,
  { file, format, map }: CommandParsed<'pairs.preview'>,
): Promise<ImportPreview> {
  return jobs.run(`Look at ${basename(file)}`, async (progress, signal) => {
    const found = await openPairFile(file, { format, map })
    const first: ImportPreview['first'] = []
    const refusals = refusalList()
    let good = 0
    for await (const row of found.rows({ signal, onProgress: paced('reading', progress) })) {
      if ('refused' in row) refusals.add(row)
      else {
        good++
        const { prompt, chosen, rejected, mark, numbers } = row.pair
        if (first.length < SHOWN) first.push({ line: row.line, prompt, chosen, rejected, mark, numbers })
      }
      if ((good + refusals.count()) % BATCH === 0) await others()
    }
    return {
      ...{ file, format: found.format, shape: found.shape, columns: found.columns, map: found.map },
      alone: found.alone,
      ...{ rows: good + refusals.count(), good, first, refused: refusals.told, refusedCount: refusals.count() },
    }
  })
}

/**
 * Takes every good row of a file into the set of that name, which is made when there is none.
 * @throws ProblemError when the file cannot be read or has no good row; nothing is stored then
 */
export function importFile(
  { board, jobs, store }: AppContext,
  { file, format, map, set }: CommandParsed<'pairs.import'>,
): Promise<ImportReport> {
  return jobs.run(`Import ${basename(file)}`, async (progress, signal) => {
    const found = await openPairFile(file, { format, map })
    const refusals = refusalList()
    const filling = store.pairs.import(set, { holds: found.alone ? 'answers' : 'pairs' })
    try {
      let batch: NewPair[] = []
      let good = 0
      const flush = async () => {
        filling.add(batch)
        batch = []
        await others()
        signal.throwIfAborted()
      }
      for await (const row of found.rows({ signal, onProgress: paced('reading and storing', progress) })) {
        if ('refused' in row) refusals.add(row)
        else {
          batch.push(newPair(row.pair))
          good++
        }
        if (batch.length === BATCH) await flush()
      }
      await flush()
      if (good === 0) throw noGoodRow(file, refusals.told, found.alone)
      const { set: filled, imported, duplicates } = filling.finish()
      announce(board, filled)
      return { set: filled, imported, duplicates, refused: refusals.told, refusedCount: refusals.count() }
    } catch (thrown) {
      filling.discard()
      throw thrown
    }
  })
}

export function announce(board: AppContext['board'], set: PairSet): PairSet {
  board.publish('sets.changed', set)
  return set
}

function newPair({ prompt, chosen, rejected, mark, given, chosenBy, rejectedBy, numbers, extra }: FilePair): NewPair {
  const a = { text: chosen, origin: originOf(chosenBy) }
  if (mark !== undefined) return answerAsPair({ prompt, answer: a, mark, extra })
  const b = { text: rejected, origin: originOf(rejectedBy) }
  return { prompt, a, b, given, numbers, extra }
}

function refusalList() {
  const told: RefusedRow[] = []
  let count = 0
  return {
    told,
    count: () => count,
    add({ line, refused, excerpt }: Extract<PairFileRow, { refused: string }>) {
      if (++count <= TOLD) told.push({ line, reason: refused, excerpt })
    },
  }
}

function noGoodRow(file: string, [first]: readonly RefusedRow[], alone: boolean): ProblemError {
  const what = alone ? 'an answer with a mark' : 'a pair'
  return new ProblemError({
    code: 'bad-input',
    message: first ? `No row is ${what}; line ${first.line}: ${first.reason}` : 'The file has no rows',
    where: file,
    advice: `Say which columns are prompt, ${alone ? 'completion and label' : 'chosen and rejected'}`,
  })
}

/** Lets the event loop serve whoever waits. */
const others = () => new Promise<void>((resolve) => setImmediate(resolve))

function paced(doing: string, progress: JobProgress): (share: number) => void {
  const tell = pacedProgress(progress)
  return (share) => tell(doing, share)
}
