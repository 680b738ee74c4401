// What a request names, looked up in the store: models, sets, and reward models for whoever gives the answers that they score.
import { ProblemError, type Model, type PairSet } from '#contract'
import type { AppContext } from './context.ts'

/** @throws ProblemError `not-found`, naming those that there are */
export function modelNamed({ models }: AppContext['store'], name: string): Model {
  const found = models.byName(name)
  if (found) return found
  throw unknown('model', name, models.list())
}

/** @throws ProblemError `not-found`, naming those that there are */
export function setNamed({ sets }: AppContext['store'], name: string, where = name): PairSet {
  const found = sets.byName(name)
  if (found) return found
  throw unknown('set of pairs', where, sets.list())
}

function unknown(what: string, where: string, all: readonly { name: string }[]): ProblemError {
  const names = all.slice(0, 10).map((one) => one.name)
  return new ProblemError({
    code: 'not-found',
    message: `There is no ${what} of this name`,
    where,
    advice: names.length > 0 ? `There are: ${names.join(', ')}` : 'Add one first',
  })
}

/** @throws ProblemError when there is no such model, or it is no reward model */
export function rewardModelNamed(store: AppContext['store'], name: string, where = `model ${name}`): Model {
  const found = modelNamed(store, name)
  if (found.head === 'reward') return found
  throw new ProblemError({
    code: 'refused',
    message: `${found.name} is no reward model: it answers, and gives no rewards`,
    where,
    advice: 'Train one with the method reward-model, and keep it: attune models keep RUN --name NAME',
  })
}

/** The same, to score the answers of these models. @throws ProblemError besides when its tokenizer is not theirs */
export function judgeNamed(
  store: AppContext['store'],
  name: string,
  answering: readonly Pick<Model, 'name' | 'tokenizerHash'>[],
  where: string,
): Model {
  const found = rewardModelNamed(store, name, where)
  const foreign = answering.find(({ tokenizerHash }) => tokenizerHash !== found.tokenizerHash)
  if (!foreign) return found
  throw new ProblemError({
    code: 'refused',
    message: `The reward model ${found.name} has another tokenizer than ${foreign.name}, so it cannot read its answers`,
    where,
    advice: `Train a reward model of ${foreign.name}, or of a model of its family`,
  })
}
