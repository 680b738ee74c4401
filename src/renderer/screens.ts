// Which component draws which screen.
import type { Component } from 'svelte'
import type { ScreenName } from './addresses.ts'
import AnnotateScreen from './screens/annotate/AnnotateScreen.svelte'
import EvaluateScreen from './screens/evaluate/EvaluateScreen.svelte'
import ModelsScreen from './screens/models/ModelsScreen.svelte'
import NewRunScreen from './screens/new-run/NewRunScreen.svelte'
import ImportScreen from './screens/pairs/ImportScreen.svelte'
import SampleScreen from './screens/pairs/SampleScreen.svelte'
import SetScreen from './screens/pairs/SetScreen.svelte'
import SetsScreen from './screens/pairs/SetsScreen.svelte'
import RunScreen from './screens/run/RunScreen.svelte'
import RunsScreen from './screens/runs/RunsScreen.svelte'
import SettingsScreen from './screens/settings/SettingsScreen.svelte'
import StudiesScreen from './screens/studies/StudiesScreen.svelte'
import ToyScreen from './screens/toy/ToyScreen.svelte'

export const screens: Record<ScreenName, Component> = {
  pairs: SetsScreen,
  set: SetScreen,
  import: ImportScreen,
  sample: SampleScreen,
  annotate: AnnotateScreen,
  models: ModelsScreen,
  runs: RunsScreen,
  'new-run': NewRunScreen,
  run: RunScreen,
  evaluate: EvaluateScreen,
  studies: StudiesScreen,
  lab: ToyScreen,
  settings: SettingsScreen,
}
