// Sets of pairs: which there are, under which names.
import { ProblemError, type Handlers } from '#contract'
import type { AppContext } from './context.ts'
import { announce } from './imports.ts'

export function setHandlers({ board, store }: AppContext): Pick<Handlers, 'sets.list' | 'sets.remove' | 'sets.rename'> {
  return {
    'sets.list': () => store.sets.list(),
    'sets.rename': ({ set, name }) => announce(board, store.sets.rename(set, name)),
    'sets.remove': ({ set }) => {
      if (!store.sets.remove(set))
        throw new ProblemError({ code: 'not-found', message: 'There is no such set', where: `set ${set}` })
      board.publish('sets.removed', { set })
      return {}
    },
  }
}
