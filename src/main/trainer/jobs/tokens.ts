// The tokens of one pair: how likely each is under a run's model before tuning, and under what the run made of it at its checkpoints.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ProblemError, type ScoredToken } from '#contract'
import { adapterSettings, dpoSettings, responseIds, scoreUnits, tokenLogProbs, tokenPieces, type Side } from '#ml'
import { checkpointFile } from '../checkpoints.ts'
import type { JobContext } from '../loop.ts'
import { loadPolicy, putTensors } from '../policy.ts'
import type { Jobs } from '../protocol.ts'
import { tokenizedPairs } from '../run-pairs.ts'

/**
 * In float32 and in one executor: the bare model is scored first, then the trained weights of one checkpoint after another are put into it.
 * @throws ProblemError when the model changed, a checkpoint is gone or damaged, or the pair does not fit; `cancelled` when it is stopped
 */
export async function tokens(
  { model: place, settings: asked, checkpoints, pair }: Jobs['tokens']['in'],
  context: JobContext,
): Promise<Jobs['tokens']['out']> {
  const turn = async (text: string, done: number) => {
    context.tell('doing', { text, progress: done / (checkpoints.length + 1) })
    await nextTurn()
    if (context.stop.aborted) throw stopped()
  }
  const loaded = await loadPolicy({ ...place, tuned: null }, context, 'float32')
  if (!loaded) throw stopped()
  const { executor, model } = loaded
  try {
    const { config } = model.checkpoint
    const { units, leftOut } = await tokenizedPairs(model.tokenizer, [pair], config.context, async () => {})
    const [unit] = units
    if (!unit)
      throw new ProblemError({
        code: 'refused',
        message: `This pair does not fit the model: ${leftOut[0]?.reason}`,
        where: `pair ${pair.id}`,
      })
    await turn('scoring tokens, under the model itself', 0)
    const reference = await tokenLogProbs(executor, scoreUnits(config, null), unit.unit)
    const program = scoreUnits(config, adapterSettings(config, dpoSettings({ ...asked, recompute: false })))
    const policies: Record<Side, number[]>[] = []
    for (const [i, { step, folder }] of checkpoints.entries()) {
      await turn(`scoring tokens, at step ${step}`, i + 1)
      await putTensors(executor, await checkpointFile(folder, 'trained'))
      policies.push(await tokenLogProbs(executor, program, unit.unit))
    }
    const side = (name: Side): ScoredToken[] =>
      tokenPieces(model.tokenizer, responseIds(unit, name)).map((text, t) => ({
        ...{ text, reference: numberOrNull(reference[name][t]) },
        policy: policies.map((policy) => numberOrNull(policy[name][t])),
      }))
    const steps = checkpoints.map(({ step }) => step)
    if (pair.mark === 'bad') return { steps, chosen: [], rejected: side('chosen') }
    return { steps, chosen: side('chosen'), rejected: pair.mark ? [] : side('rejected') }
  } finally {
    executor.dispose()
  }
}

/** JSON, which carries it to the window, has no NaN. */
const numberOrNull = (value: number | undefined) => (Number.isFinite(value) ? value! : null)

const stopped = () => new ProblemError({ code: 'cancelled', message: 'The scoring was stopped' })
