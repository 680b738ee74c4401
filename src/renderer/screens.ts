// Which component draws which screen.
import type { Component } from 'svelte'
import type { ScreenName } from './addresses.ts'

const all = import.meta.glob<{ default: Component }>('./screens/*/*Screen.svelte', { eager: true })
const screen = (path: string) => all[`./screens/${path}.svelte`]?.default

export const screens: Partial<Record<ScreenName | 'nowhere', Component>> = {
  pairs: screen('pairs/SetsScreen'),
  set: screen('pairs/SetScreen'),
  import: screen('pairs/ImportScreen'),
  annotate: screen('annotate/AnnotateScreen'),
  models: screen('models/ModelsScreen'),
  runs: screen('runs/RunsScreen'),
  'new-run': screen('new-run/NewRunScreen'),
  run: screen('run/RunScreen'),
  settings: screen('settings/SettingsScreen'),
}
