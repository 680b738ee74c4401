// The window's client: over the preload's bridge in Electron, over HTTP and a WebSocket in a browser.
import {
  clientOver,
  ProblemError,
  type Answer,
  type Bridge,
  type CatchUp,
  type Client,
  type Sequenced,
} from '#contract'
import { gathered } from './gathered.ts'

/** A Client that can also give the app a file the user picked. */
export type WindowClient = Client & {
  /** A path under which the app can read the file. */
  place(file: File): Promise<string>
}

/** What the preload puts on the window. */
type Preload = Bridge & { pathOf(file: File): string }

declare global {
  interface Window {
    attune?: Preload
  }
}

/** Connects to the app behind this window. */
export function connect(): WindowClient {
  const preload = window.attune
  return preload
    ? { ...clientOver(gathered(preload)), place: (file) => Promise.resolve(preload.pathOf(file)) }
    : { ...clientOver(gathered(browserBridge())), place: upload }
}

const unreachable = () =>
  new ProblemError({
    code: 'unavailable',
    message: 'Attune does not answer',
    advice: 'See whether it still runs in its terminal',
  })

async function post(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(path, { method: 'POST', ...init }).catch(() => {
    throw unreachable()
  })
  // Commands answer 200 even when they are refused; anything else comes from the gate, as plain text.
  if (!answer.ok) throw new ProblemError({ code: 'unavailable', message: (await answer.text()).trim().slice(0, 300) })
  return answer
}

async function upload(file: File): Promise<string> {
  const answer = await post(`/upload?name=${encodeURIComponent(file.name)}`, {
    body: file,
    headers: { 'content-type': 'application/octet-stream' },
  })
  const body = (await answer.json()) as { file: string } | { problem: ProblemError['problem'] }
  if ('problem' in body) throw new ProblemError(body.problem)
  return body.file
}

/** Wait between two attempts to reconnect, milliseconds. */
const RECONNECT = 1000

function browserBridge(): Bridge {
  const json = { 'content-type': 'application/json' }
  return {
    async ask(name, input) {
      const answer = await post('/ask', { headers: json, body: JSON.stringify({ name, input }) })
      return (await answer.json()) as Answer
    },
    async after(board, seq) {
      const answer = await post('/after', { headers: json, body: JSON.stringify({ board, seq }) })
      return (await answer.json()) as CatchUp
    },
    listen(listener) {
      const open = () => {
        const socket = new WebSocket(`ws://${location.host}/events`)
        socket.onopen = () => listener('open')
        socket.onmessage = ({ data }) => listener(JSON.parse(String(data)) as Sequenced)
        socket.onclose = () => {
          listener('lost')
          setTimeout(open, RECONNECT)
        }
      }
      open()
    },
  }
}
