// Pairs: from files, in lists, one by one, and out again.
import { MeasureName, ProblemError, type Handlers } from '#contract'
import { writePairs } from '../formats/index.ts'
import type { AppContext } from './context.ts'
import { importFile, previewFile } from './imports.ts'
import { modelNamed } from './names.ts'

export function pairHandlers(
  context: AppContext,
): Pick<Handlers, 'pairs.preview' | 'pairs.import' | 'pairs.list' | 'pairs.show' | 'pairs.export'> {
  const { store } = context
  return {
    'pairs.preview': (input) => previewFile(context, input),
    'pairs.import': (input) => importFile(context, input),
    'pairs.list': (page) => {
      store.sets.show(page.set)
      const { model, order } = page.filter
      if (model === null && MeasureName.safeParse(order).success)
        throw new ProblemError({
          code: 'bad-input',
          message: 'An order by a measure needs the model that pairs were measured under',
          where: 'filter model',
        })
      return store.pairs.list({ ...page, measuredBy: model === null ? null : modelNamed(store, model) })
    },
    'pairs.show': ({ pair, model }) => {
      const key = model === null ? null : store.measures.keyId(modelNamed(store, model))
      return { ...store.pairs.show(pair), measures: store.measures.of(key, [pair]).get(pair) ?? null }
    },
    'pairs.export': async ({ set: name, to }) => {
      const set = store.sets.byName(name)
      if (!set)
        throw new ProblemError({
          code: 'not-found',
          message: 'There is no set of this name',
          where: `set ${name}`,
          advice: `Sets: ${
            store.sets
              .list()
              .map((other) => other.name)
              .join(', ') || 'none'
          }`,
        })
      if (set.chosen === 0)
        throw new ProblemError({
          code: 'refused',
          message: set.answers ? 'No answer of this set is marked' : 'No pair of this set has a chosen response',
          where: `set ${name}`,
          advice: 'Label some first',
        })
      return { file: to, pairs: await writePairs(to, store.pairs.chosen(set.id)) }
    },
  }
}
