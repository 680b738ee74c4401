// What every screen and part may reach for: the client, the app's live state and the preferences, through Svelte's context.
import { createContext } from 'svelte'
import type { WindowClient } from './client.ts'
import type { Live } from './live.svelte.ts'
import type { Preferences } from './preferences.svelte.ts'

export const [useClient, giveClient] = createContext<WindowClient>()
export const [useLive, giveLive] = createContext<Live>()
export const [usePreferences, givePreferences] = createContext<Preferences>()
