// What reaches the window while a run goes, and how late.
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { isOver } from '#contract'
import { serveApp } from '../../src/main/headless/server.ts'
import { appOn, places, temporaryHome } from '../bench-home.ts'
import { homeWithModel, startRun, stepTold } from '../bench-run.ts'
import { quantileFigures, type Measured } from '../figures.ts'
import { forkStamped } from '../stamped-trainer.ts'
import type { Arrival } from '../window-listener.ts'

/** Seconds of steps after which the run is given up. */
const ENOUGH = 60

/**
 * Runs the sample run with the app behind `serve` and a listener on its pipe of events, in another thread, where the window
 * would be. From the first step's readings at the listener to the last's, for a minute at most: steps a second, events and
 * `runs.read` events a second, readings and bytes a second; and milliseconds from the trainer's telling of a step's readings to
 * their arrival, which includes the store's transaction and up to 100 ms for which the app gathers readings.
 */
export async function measureEvents(model: string): Promise<Measured> {
  const home = temporaryHome()
  await homeWithModel(home, model)
  const told = new Map<number, number>()
  const end = Promise.withResolvers<void>()
  const app = await appOn(home, () =>
    forkStamped((event) => {
      const step = stepTold(event)
      if (step === null) return
      if (told.size === 0) setTimeout(end.resolve, 1000 * ENOUGH).unref()
      told.set(step, event.at)
    }),
  )
  const server = await serveApp(app, places.window, 0)
  const window = new Worker(new URL('../window-listener.ts', import.meta.url), { workerData: { link: server.link() } })
  await once(window, 'message')
  app.board.listen((event) => event.name === 'runs.changed' && isOver(event.data.status) && end.resolve())
  await startRun(app, model)
  await end.promise
  // What the app still gathers is on its way.
  await wait(300)
  window.postMessage('end')
  const [arrivals] = (await once(window, 'message')) as [Arrival[]]
  await window.terminate()
  await server.close()
  await app.close()
  return { figures: figuresOf(arrivals, told) }
}

function figuresOf(arrivals: readonly Arrival[], told: ReadonlyMap<number, number>) {
  const withSteps = arrivals.filter(({ steps }) => steps.length > 0)
  const [first, last] = [withSteps[0], withSteps.at(-1)]
  if (!first || !last || first === last) throw new Error('Too few steps reached the window to tell a pace.')
  const during = arrivals.filter(({ at }) => at > first.at && at <= last.at)
  const seconds = (last.at - first.at) / 1000
  const perSecond = (of: (arrival: Arrival) => number) => during.reduce((sum, one) => sum + of(one), 0) / seconds
  const late = withSteps.flatMap(({ at, steps }) =>
    steps.flatMap((step) => (told.has(step) ? [at - told.get(step)!] : [])),
  )
  return [
    { name: 'watched', unit: 's' as const, value: seconds },
    { name: 'steps', unit: 'steps/s' as const, value: perSecond(({ steps }) => steps.length) },
    { name: 'events, all', unit: '1/s' as const, value: perSecond(() => 1) },
    { name: 'events, runs.read', unit: '1/s' as const, value: perSecond(({ name }) => Number(name === 'runs.read')) },
    { name: 'readings', unit: '1/s' as const, value: perSecond(({ readings }) => readings) },
    { name: 'through the pipe', unit: 'bytes/s' as const, value: perSecond(({ bytes }) => bytes) },
    ...quantileFigures(`told to window, ${late.length} steps`, 'ms', late),
  ]
}
