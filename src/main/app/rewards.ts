// What a reward model makes of texts, and how well it tells chosen from rejected.
import { ProblemError, type Handlers } from '#contract'
import { refuseAnswers } from './answers-alone.ts'
import type { AppContext } from './context.ts'
import { trainerProgress } from './jobs.ts'
import { placeOf } from './policies.ts'
import { rewardModelNamed, setNamed } from './names.ts'

export function rewardHandlers(context: AppContext): Pick<Handlers, 'models.score' | 'models.examine'> {
  const { store, jobs, trainer } = context
  return {
    'models.score': ({ model: name, texts }) => {
      const model = rewardModelNamed(store, name)
      return jobs.run(`Score ${texts.length} texts with ${model.name}`, (progress, signal) =>
        trainer.ask('score', { model: placeOf(model), texts }, { signal, onEvent: trainerProgress(progress) }),
      )
    },
    'models.examine': ({ model: name, set: setName }) => {
      const model = rewardModelNamed(store, name)
      const set = setNamed(store, setName)
      refuseAnswers(set, 'Its accuracy needs')
      const pairs = [...store.pairs.chosen(set.id)].map(({ prompt, chosen, rejected }) => ({
        prompt,
        chosen,
        rejected,
      }))
      if (pairs.length === 0)
        throw new ProblemError({
          code: 'refused',
          message: 'This set has no pairs with a chosen answer',
          where: `set ${set.name}`,
          advice: 'Label some of its pairs',
        })
      return jobs.run(`Examine ${model.name} on ${set.name}`, (progress, signal) =>
        trainer.ask('examine', { model: placeOf(model), pairs }, { signal, onEvent: trainerProgress(progress) }),
      )
    },
  }
}
