// Where the window is: the History API as reactive state. Links are plain <a href>; nothing else writes the address.
import { addressOf, placeOf, queryOf, type Place, type Query, type QueryChange } from './addresses.ts'

let path = $state(location.pathname)
let query = $state.raw<Query>(queryOf(location.search))
const place = $derived(placeOf(path))

export const router = {
  get path(): string {
    return path
  },
  get query(): Query {
    return query
  },
  get place(): Place {
    return place
  },
}

function read(): void {
  if (path !== location.pathname) path = location.pathname
  query = queryOf(location.search)
}

/** Goes to an address. `replace` leaves no step to go back to: for a state that changes with each key. */
export function go(address: string, { replace = false } = {}): void {
  if (address === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', address)
  read()
}

/** Changes keys of the query of this screen; null takes one out. Replaces unless told to `push`. */
export function setQuery(change: QueryChange, { push = false } = {}): void {
  go(addressOf(location.pathname, { ...queryOf(location.search), ...change }), { replace: !push })
}

/** Listens to back, forward and clicks on links; returns how to stop. */
export function startRouter(): () => void {
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.origin !== location.origin || link.hasAttribute('download')) return
    event.preventDefault()
    go(link.pathname + link.search)
  }
  window.addEventListener('popstate', read)
  document.addEventListener('click', click)
  return () => {
    window.removeEventListener('popstate', read)
    document.removeEventListener('click', click)
  }
}
