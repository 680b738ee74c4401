// Labelling: the next pair, what was said of it, and taking that back.
import type { Handlers, PairDetail, PairId, SetId } from '#contract'
import type { AppContext } from './context.ts'
import { announce } from './imports.ts'

/** The preference that holds the name labels are signed with. */
const SIGNATURE = 'labels.by'

export function labelHandlers({
  board,
  store,
}: AppContext): Pick<Handlers, 'labels.next' | 'labels.add' | 'labels.undo' | 'labels.redo'> {
  const by = () => store.preferences.get(SIGNATURE)?.trim() || 'me'
  const shown = (pair: PairId): PairDetail => {
    const detail = store.pairs.show(pair)
    announce(board, store.sets.show(detail.set))
    return detail
  }
  const moved = (set: SetId, move: (set: SetId, by: string) => PairId | null) => {
    store.sets.show(set)
    const pair = move(set, by())
    return pair === null ? null : shown(pair)
  }
  return {
    'labels.next': ({ set, queue, after }) => {
      store.sets.show(set)
      const pair = store.labels.next(set, queue, after)
      return pair === null ? null : store.pairs.show(pair)
    },
    'labels.add': (label) => {
      store.labels.add({ ...label, by: by() })
      return shown(label.pair)
    },
    'labels.undo': ({ set }) => moved(set, store.labels.undo),
    'labels.redo': ({ set }) => moved(set, store.labels.redo),
  }
}
