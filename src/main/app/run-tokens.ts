// What a run did to each token of a pair, scored when it is asked for.
import { methods, ProblemError, type CommandParsed, type ParsedSettings, type TokenScores } from '#contract'
import type { AppContext } from './context.ts'
import { trainerProgress } from './jobs.ts'
import { heldWeights } from './kept-checkpoints.ts'
import { modelOf, nothingToLoad, placeOf, refuseGoing } from './policies.ts'

/**
 * Under the model before tuning and under all weights of the run that are still there.
 * @throws ProblemError in one line: a reward model, a run that goes on or of which no weights are left, a pair that it was not trained with
 */
export async function runTokens(
  context: AppContext,
  { run: id, pair: pairId }: CommandParsed<'runs.tokens'>,
): Promise<TokenScores> {
  const { store, jobs, trainer } = context
  const run = store.runs.show(id)
  if (methods[run.method].learns === 'rewards')
    throw new ProblemError({
      code: 'refused',
      message: 'This run made a reward model, under which no token has a likelihood',
      where: `run ${run.name}`,
      advice: 'Name a run of another method',
    })
  const version = store.runs.setVersion(id)
  const pair = store.sets.frozenPairOf(version, pairId)
  if (!pair) {
    const leftOut = store.sets.leftOut(version).includes(pairId)
    throw new ProblemError({
      code: 'refused',
      message: leftOut
        ? 'This run left the pair out'
        : `This pair is not among those of ${run.set.name} that the run has`,
      where: `pair ${pairId}`,
      advice: 'Name one of the pairs of the run',
    })
  }
  const model = placeOf(modelOf(store, run))
  refuseGoing(run)
  const checkpoints = heldWeights(context, run)
  if (checkpoints.length === 0) throw nothingToLoad(run)
  const found = await jobs.run(`Score the tokens of pair ${pairId} of ${run.name}`, (progress, signal) => {
    progress('waiting for the trainer', null)
    const asked = { model, settings: run.settings as ParsedSettings, checkpoints, pair }
    return trainer.ask('tokens', asked, { signal, onEvent: trainerProgress(progress) })
  })
  return { run: id, pair: pairId, ...found }
}
