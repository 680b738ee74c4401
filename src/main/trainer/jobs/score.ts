// Rewards of texts by a reward model.
import { ProblemError } from '#contract'
import {
  calibrationError,
  oneSidedUnit,
  rewardAccuracy,
  rewardedBatches,
  rewardLogLoss,
  rewardReadings,
  scoreInterval,
  scoreRewards,
  tokenizeResponse,
  type Unit,
} from '#ml'
import type { JobContext } from '../loop.ts'
import { loadPolicy } from '../policy.ts'
import type { Jobs, Rewarded, ScoredText } from '../protocol.ts'

/**
 * A reward for each text, in order, or why it has none. Stopped early it rejects with `cancelled`.
 * @throws ProblemError when the model is no reward model, or changed since it was added
 */
export async function score(
  { model: place, texts }: Jobs['score']['in'],
  context: JobContext,
): Promise<Jobs['score']['out']> {
  const loaded = await loadPolicy({ ...place, tuned: null }, context)
  if (!loaded) throw stopped()
  const { executor, model } = loaded
  try {
    const { checkpoint, tokenizer } = model
    if (checkpoint.head !== 'reward')
      throw new ProblemError({ code: 'refused', message: 'This model gives no rewards', where: place.model })
    const results: Rewarded[] = []
    const items: { unit: Unit; index: number }[] = []
    for (const [index, text] of texts.entries()) {
      const found = tokenizeResponse(tokenizer, responseOf(text), { context: checkpoint.config.context })
      if ('refused' in found) results[index] = found
      else items.push({ unit: oneSidedUnit(found.ids.slice(0, found.start), found.ids.slice(found.start)), index })
    }
    let done = 0
    for await (const part of rewardedBatches(executor, scoreRewards(checkpoint.config, null), items)) {
      if (context.stop.aborted) throw stopped()
      for (const { item, chosen } of part) results[item.index] = { reward: chosen }
      done += part.length
      context.tell('doing', { text: `scoring texts, ${done} of ${items.length}`, progress: done / items.length })
    }
    return { results }
  } finally {
    executor.dispose()
  }
}

/**
 * How well a reward model tells chosen from rejected on these pairs.
 * @throws ProblemError as `score` does, and when it can read none of them
 */
export async function examine(
  { model, pairs }: Jobs['examine']['in'],
  context: JobContext,
): Promise<Jobs['examine']['out']> {
  const texts = pairs.flatMap(({ prompt, chosen, rejected }) => [
    { prompt, response: chosen },
    { prompt, response: rejected },
  ])
  const { results } = await score({ model, texts }, context)
  const read = pairs.flatMap((_, i) => {
    const [chosen, rejected] = [results[2 * i]!, results[2 * i + 1]!]
    return 'reward' in chosen && 'reward' in rejected ? [{ chosen: chosen.reward, rejected: rejected.reward }] : []
  })
  const refused = { pairs: pairs.length - read.length, first: results.flatMap(refusal)[0] ?? null }
  if (read.length === 0)
    throw new ProblemError({
      code: 'refused',
      message: `The reward model can read none of these pairs: ${refused.first}`,
      where: model.model,
    })
  const accuracy = rewardAccuracy(read)
  const { low, high } = scoreInterval(accuracy * read.length, read.length)
  const { margin } = rewardReadings(read)
  const figures = { logLoss: rewardLogLoss(read), calibrationError: calibrationError(read) }
  return { pairs: read.length, accuracy, low, high, margin, ...figures, refused }
}

const refusal = (one: Rewarded) => ('refused' in one ? [one.refused] : [])

function responseOf({ prompt, response }: ScoredText) {
  return typeof prompt === 'string'
    ? { prompt, response }
    : { prompt, response: [{ role: 'assistant' as const, content: response }] }
}

const stopped = () => new ProblemError({ code: 'cancelled', message: 'The scoring was stopped' })
