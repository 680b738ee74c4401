// What this user set up in the window: widths, theme, last places. Kept by the app as text, one value a key.
import { SvelteMap } from 'svelte/reactivity'
import type { Client } from '#contract'

export interface Preferences {
  /** The value of a key, or `otherwise` when it was never set. Reactive. */
  get(key: string, otherwise: string): string
  number(key: string, otherwise: number): number
  /** Sets at once here; the app is told a moment later, with the last value only. */
  set(key: string, value: string | number): void
}

/** Wait before a changed preference is stored, milliseconds. */
const SETTLE = 250

/** Reads the stored preferences. Never rejects: without them the window starts with its defaults. */
export async function openPreferences(client: Client): Promise<Preferences> {
  const stored = await client.ask('app.preferences', {}).catch(() => ({}))
  const values = new SvelteMap<string, string>(Object.entries(stored))
  const timers: Record<string, ReturnType<typeof setTimeout>> = {}
  return {
    get: (key, otherwise) => values.get(key) ?? otherwise,
    number(key, otherwise) {
      const value = Number(values.get(key) ?? Number.NaN)
      return Number.isFinite(value) ? value : otherwise
    },
    set(key, value) {
      const text = String(value)
      if (values.get(key) === text) return
      values.set(key, text)
      clearTimeout(timers[key])
      // A preference that cannot be stored still holds for this window.
      timers[key] = setTimeout(() => void client.ask('app.prefer', { key, value: text }).catch(() => {}), SETTLE)
    },
  }
}
