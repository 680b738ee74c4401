// Measures of pairs before training: computed for those that have none, told, and turned into pairs that a run is without.
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ProblemError,
  type Handlers,
  type MeasuredPair,
  type MeasuringReport,
  type MeasuringState,
  type Model,
  type PairSet,
} from '#contract'
import type { NewMeasures, PairTexts } from '../store/index.ts'
import { refuseAnswers } from './answers-alone.ts'
import type { AppContext } from './context.ts'
import { announce } from './imports.ts'
import { pacedProgress } from './jobs.ts'
import { askKeeping } from './keeping.ts'
import { leftOutCount } from './leave-out.ts'
import { placeOf } from './policies.ts'
import { writePairs } from './run-files.ts'
import { modelNamed, setNamed } from './names.ts'

export function measuringHandlers(context: AppContext): Pick<Handlers, 'pairs.measure' | 'pairs.measured'> {
  const { store, home } = context
  // Of a process that died.
  rmSync(join(home, 'measuring'), { recursive: true, force: true })
  return {
    'pairs.measure': ({ set, model }) => measurePairs(context, setNamed(store, set), modelNamed(store, model)),
    'pairs.measured': ({ set, model: name, leaveOut }) => {
      const model = modelNamed(store, name)
      const state = store.measures.state(model, store.sets.show(set).id)
      const pairs = leaveOut ? leftOutCount(state.measured, leaveOut.share) : 0
      const from = leaveOut && pairs > 0 ? store.measures.end(model, set, leaveOut, pairs).at(-1)!.value : null
      return { ...state, leftOut: leaveOut && { pairs, from } } satisfies MeasuringState
    },
  }
}

/**
 * Measures the pairs of a set that have no measures under the model. What is measured is kept at once, so that a job that is cancelled
 * is carried on by the next.
 * @throws ProblemError when the model gives no probabilities, or no pair of the set has a choice
 */
export function measurePairs(context: AppContext, set: PairSet, model: Model): Promise<MeasuringReport> {
  const { board, jobs, store, trainer, home } = context
  refuseUnmeasurable(set, model)
  return jobs.run(
    `Measure ${set.name} under ${model.name}`,
    async (progress, signal, job) => {
      const missing = [...store.measures.missing(model, set.id)]
      const before = store.measures.state(model, set.id).measured
      if (missing.length > 0) {
        const tell = pacedProgress(progress)
        tell('waiting for the trainer', null)
        const folder = join(home, 'measuring', String(job))
        try {
          await measureFile(await writePairs(folder, missing), missing, { tell, signal })
        } finally {
          await rm(folder, { recursive: true, force: true })
          // Lists that show measures are read again.
          announce(board, store.sets.show(set.id))
        }
      }
      const state = store.measures.state(model, set.id)
      const added = state.measured - before
      return { ...state, set: store.sets.show(set.id), model: model.name, added }
    },
    (report) => ({ text: measuringSentence(report), set: set.id }),
  )

  async function measureFile(
    pairsFile: string,
    pairs: readonly (PairTexts & { id: number })[],
    { tell, signal }: { tell: ReturnType<typeof pacedProgress>; signal: AbortSignal },
  ): Promise<void> {
    const texts = new Map(pairs.map((pair) => [pair.id, pair]))
    const put = (measured: readonly MeasuredPair[]) =>
      store.measures.put(
        model,
        measured.map(({ pair, ...found }) => ({ ...texts.get(pair)!, ...found }) as NewMeasures),
      )
    await askKeeping(
      trainer,
      'measure',
      { model: placeOf(model), pairsFile },
      {
        signal,
        keep({ name, data }) {
          if (name === 'doing') tell(data.text, data.progress)
          if (name === 'referenced') store.references.put(model, data.entries)
          if (name === 'measured') put(data.pairs)
        },
      },
    )
    signal.throwIfAborted()
  }
}

/** '260 pairs measured, 12 of them now; 3 could not be measured.' */
export function measuringSentence({ measured, added, refused }: MeasuringReport): string {
  const told = `${measured} ${measured === 1 ? 'pair' : 'pairs'} measured, ${added} of them now`
  return refused > 0 ? `${told}; ${refused} could not be measured.` : `${told}.`
}

function refuseUnmeasurable(set: PairSet, model: Model): void {
  refuseAnswers(set, 'Measures compare')
  if (model.head === 'reward')
    throw new ProblemError({
      code: 'refused',
      message: 'A reward model gives no probabilities, so pairs cannot be measured under it',
      where: model.name,
      advice: 'Name the model that is to be tuned',
    })
  if (set.chosen === 0)
    throw new ProblemError({
      code: 'refused',
      message: 'No pair of this set has a chosen answer, and measures are of chosen and rejected',
      where: `set ${set.name}`,
      advice: 'Label some first',
    })
}
