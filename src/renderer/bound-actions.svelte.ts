// Which actions can be done now: screens bind a deed to an action of keys.ts; one listener turns keys into deeds.
import { untrack } from 'svelte'
import { isChord } from './chords.ts'
import { actions, type Action, type ActionId } from './keys.ts'

type Deed = () => unknown
type Deeds = Partial<Record<ActionId, Deed>>

let layers = $state.raw<readonly Deeds[]>([])

/** The actions that can be done on this screen now, each once, in the order of the table. */
export function boundActions(): { id: ActionId; action: Action; run: Deed }[] {
  const all: Deeds = Object.assign({}, ...layers)
  return (Object.keys(actions) as ActionId[]).flatMap((id) => {
    const run = all[id]
    return run ? [{ id, action: actions[id], run }] : []
  })
}

/**
 * Binds deeds as long as the component lives. Call it while the component is set up. `deeds` is reactive: leave an
 * action out to switch it off. A later binding of the same action or the same keys goes before an earlier one.
 */
export function bindActions(deeds: () => Deeds): void {
  $effect(() => {
    const layer = deeds()
    layers = [...untrack(() => layers), layer]
    return () => {
      layers = layers.filter((other) => other !== layer)
    }
  })
}

/** Turns keys into deeds; returns how to stop. Keys are off while a text box has the focus, but for those marked inText. */
export function startKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const typing = isTextBox(event.target)
    for (const layer of layers.toReversed())
      for (const [id, run] of Object.entries(layer) as [ActionId, Deed][]) {
        const { keys, inText }: Action = actions[id]
        if ((typing && !inText) || !keys.some((chord) => isChord(chord, event))) continue
        event.preventDefault()
        run()
        return
      }
  }
  window.addEventListener('keydown', press)
  return () => window.removeEventListener('keydown', press)
}

const notTyped = new Set(['button', 'checkbox', 'radio', 'range', 'color', 'file', 'submit', 'reset', 'image'])

function isTextBox(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !notTyped.has(target.type)
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}
