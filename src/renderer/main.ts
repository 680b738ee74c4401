// Opens the window: styles, the client, the state that all screens share, and the app in its place.
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { connect } from './client.ts'
import { openLive } from './live.svelte.ts'
import { openPreferences } from './preferences.svelte.ts'

const client = connect()
const live = openLive(client)
const preferences = await openPreferences(client)
const target = document.getElementById('window')
if (target) mount(App, { target, props: { client, live, preferences } })
