// A window that only listens: opens the app's link and its pipe of events from a thread of its own, and notes what arrives.
import { parentPort, workerData } from 'node:worker_threads'
import { WebSocket } from 'ws'
import type { Sequenced } from '#contract'

/** One event at the window: when it was there as an object (milliseconds since 1970), and its size. */
export type Arrival = { at: number; name: Sequenced['name']; bytes: number; readings: number; steps: number[] }

const { link } = workerData as { link: string }
const opened = await fetch(link, { redirect: 'manual' })
const [cookie = ''] = opened.headers.getSetCookie()
const arrivals: Arrival[] = []
const pipe = new WebSocket(link.replace(/^http/, 'ws').replace(/\?.*$/, 'events'), {
  headers: { cookie: cookie.split(';')[0] },
})
pipe.on('open', () => parentPort?.postMessage('open'))
pipe.on('message', (data: Buffer) => {
  const event = JSON.parse(data.toString()) as Sequenced
  const at = performance.timeOrigin + performance.now()
  const readings = event.name === 'runs.read' ? event.data.readings : []
  const steps = readings.filter(({ name }) => name === 'loss').map(({ step }) => step)
  arrivals.push({ at, name: event.name, bytes: data.length, readings: readings.length, steps })
})
parentPort?.once('message', () => {
  pipe.terminate()
  parentPort?.postMessage(arrivals)
})
