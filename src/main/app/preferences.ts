// What a person set in the window, kept by key.
import type { Handlers } from '#contract'
import type { AppContext } from './context.ts'

export function preferenceHandlers({ store }: AppContext): Pick<Handlers, 'app.preferences' | 'app.prefer'> {
  return {
    'app.preferences': () => store.preferences.all(),
    'app.prefer': ({ key, value }) => {
      store.preferences.put(key, value)
      return {}
    },
  }
}
