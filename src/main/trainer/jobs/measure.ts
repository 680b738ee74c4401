// Measures pairs under a model before anything is trained on them. They go out batch by batch, so that few are held at a time.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ProblemError, type MeasuredPair, type PairId } from '#contract'
import { measuredBatches } from '#ml'
import type { JobContext } from '../loop.ts'
import { loadPolicy } from '../policy.ts'
import { textHash, type Jobs, type ReferenceEntry, type TrainPair } from '../protocol.ts'
import { readPairs, tokenizedPairs } from '../run-pairs.ts'

/**
 * Measures all pairs of a file, the longest first. Its log-probabilities are the reference's, and are told as such. What was told stands,
 * also when it is stopped: a measure is of one pair.
 * @throws ProblemError `cancelled` when it is stopped
 */
export async function measure(
  { model: place, pairsFile }: Jobs['measure']['in'],
  context: JobContext,
): Promise<Jobs['measure']['out']> {
  const { pairs } = await readPairs(pairsFile)
  // In float32, as CHES is a small difference of large numbers, and what is measured on one machine holds on another.
  const loaded = await loadPolicy({ ...place, tuned: null }, context, 'float32')
  if (!loaded) throw stopped()
  const { executor, model, machine } = loaded
  const turn = async () => {
    await nextTurn()
    if (context.stop.aborted) throw stopped()
  }
  try {
    const { config } = model.checkpoint
    const { units, leftOut } = await tokenizedPairs(model.tokenizer, pairs, config.context, async (done) => {
      context.tell('doing', { text: `reading pairs, ${done} of ${pairs.length}`, progress: done / pairs.length })
      await turn()
    })
    if (leftOut.length > 0)
      context.tell('measured', { pairs: leftOut.map(({ pair, reason }) => ({ pair, refused: reason })) })
    const texts = new Map(pairs.map((pair) => [pair.id as number, pair]))
    let done = 0
    for await (const batch of measuredBatches(executor, config, units)) {
      const measured = batch.map(({ pair, measures }): MeasuredPair => {
        const id = pair.id as PairId
        return isFinite(measures) ? { pair: id, measures } : { pair: id, refused: 'its measures are no numbers' }
      })
      context.tell('referenced', { entries: measured.flatMap((one) => referencesOf(one, texts.get(one.pair)!)) })
      context.tell('measured', { pairs: measured })
      done += batch.length
      context.tell('doing', { text: `measuring pairs, ${done} of ${units.length}`, progress: done / units.length })
      await turn()
    }
    return { machine }
  } finally {
    executor.dispose()
  }
}

type Measures = Extract<MeasuredPair, { measures: unknown }>['measures']

function isFinite({ ches, chesNormalised, overlap, chosen, rejected }: Measures): boolean {
  return [ches, chesNormalised, overlap, chosen.logp, rejected.logp].every(Number.isFinite)
}

function referencesOf(one: MeasuredPair, { prompt, chosen, rejected }: TrainPair): ReferenceEntry[] {
  if (!('measures' in one)) return []
  const entry = (text: string, { logp, tokens }: Measures['chosen']): ReferenceEntry => {
    return [textHash(prompt, text, 'float32'), logp, tokens]
  }
  return [entry(chosen, one.measures.chosen), entry(rejected, one.measures.rejected)]
}

const stopped = () => new ProblemError({ code: 'cancelled', message: 'The measuring was stopped' })
