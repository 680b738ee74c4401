// A run as its screen sees it: read once, then kept up by events; read anew when events may have been missed.
import {
  problemOf,
  type Alert,
  type Client,
  type Judgement,
  type PairId,
  type Probe,
  type Problem,
  type Reading,
  type Run,
  type RunId,
  type Sample,
} from '#contract'
import { noColumns, record, type Columns } from '../../parts/charts/columns.ts'
import { merged } from './merged.ts'
import { noScores, recordScores, type Scores } from '../../parts/charts/plane.ts'

export interface WatchedRun {
  readonly run: Run | null
  readonly judgements: readonly Judgement[]
  /** In the order in which they were raised. */
  readonly alerts: readonly Alert[]
  readonly probes: readonly Probe[]
  readonly samples: readonly Sample[]
  /** Pairs of the set that it trains without, by a measure. */
  readonly leftOut: readonly PairId[]
  /** Grown in place; the wrapper is new each time, so that what is drawn from it follows. */
  readonly readings: { readonly all: Columns }
  readonly scores: { readonly all: Scores }
  /** Why there is nothing to show. */
  readonly problem: Problem | null
  /** Takes an answer that carries the newest state of the run. */
  take(run: Run): void
  end(): void
}

/** Everything that comes may come twice, and events may overtake the first answer: each is put in its place by its key. */
export function watchRun(client: Client, id: RunId): WatchedRun {
  let run = $state.raw<Run | null>(null)
  let judgements = $state.raw<readonly Judgement[]>([])
  let alerts = $state.raw<readonly Alert[]>([])
  let probes = $state.raw<readonly Probe[]>([])
  let samples = $state.raw<readonly Sample[]>([])
  let leftOut = $state.raw<readonly PairId[]>([])
  let readings = $state.raw<{ all: Columns }>({ all: noColumns() })
  let scores = $state.raw<{ all: Scores }>({ all: noScores() })
  let problem = $state.raw<Problem | null>(null)
  let reading = 0
  let heard = 0

  const addReadings = (more: readonly Reading[]) => {
    record(readings.all, more)
    readings = { all: readings.all }
  }
  const addSamples = (more: readonly Sample[]) => {
    samples = merged(samples, more, ({ step, index }) => `${step} ${index}`).sort((a, b) => a.step - b.step)
  }
  const addAlerts = (earlier: readonly Alert[], later: readonly Alert[]) => {
    alerts = merged(earlier, later, ({ rule, raisedStep }) => `${rule} ${raisedStep}`).sort(
      (a, b) => a.raisedStep - b.raisedStep,
    )
  }
  const addProbes = (more: readonly Probe[]) => {
    probes = merged(probes, more, ({ index }) => String(index)).sort((a, b) => a.index - b.index)
  }

  async function read(): Promise<void> {
    const mine = ++reading
    const before = heard
    try {
      const [shown, raised, numbers, points] = await Promise.all([
        client.ask('runs.show', { run: id }),
        client.ask('runs.alerts', { run: id }),
        client.ask('runs.readings', { run: id }),
        client.ask('runs.scores', { run: id }),
      ])
      if (mine !== reading) return
      // An event that came meanwhile is newer than this answer.
      if (run === null || heard === before) run = shown.run
      judgements = merged(shown.judgements, judgements, ({ property }) => property)
      addAlerts(raised, alerts)
      leftOut = shown.leftOut
      addProbes(shown.probes)
      addSamples(shown.samples)
      addReadings(numbers)
      recordScores(scores.all, points)
      scores = { all: scores.all }
      problem = null
    } catch (thrown) {
      if (mine === reading) problem = problemOf(thrown)
    }
  }

  function readAnew(): void {
    run = null
    judgements = []
    alerts = []
    samples = []
    readings = { all: noColumns() }
    scores = { all: noScores() }
    void read()
  }

  const stops = [
    client.on('runs.changed', (changed) => {
      if (changed.id !== id) return
      heard++
      run = changed
    }),
    client.on('runs.alerted', (alert) => {
      if (alert.run === id) addAlerts(alerts, [alert])
    }),
    client.on('runs.read', (event) => {
      if (event.run === id) addReadings(event.readings)
    }),
    client.on('runs.scored', (event) => {
      if (event.run !== id) return
      recordScores(scores.all, event.scores)
      scores = { all: scores.all }
    }),
    client.on('runs.probed', (event) => {
      if (event.run === id) addProbes(event.probes)
    }),
    client.on('runs.sampled', (event) => {
      if (event.run === id) addSamples(event.samples)
    }),
    client.on('runs.judged', (event) => {
      if (event.run === id) judgements = merged(judgements, event.judgements, ({ property }) => property)
    }),
    client.on('runs.removed', (event) => {
      if (event.run === id) problem = { code: 'not-found', message: 'This run was removed.' }
    }),
    client.onConnection((state) => {
      if (state === 'refilled') readAnew()
    }),
  ]
  void read()

  return {
    get run() {
      return run
    },
    get judgements() {
      return judgements
    },
    get alerts() {
      return alerts
    },
    get probes() {
      return probes
    },
    get samples() {
      return samples
    },
    get leftOut() {
      return leftOut
    },
    get readings() {
      return readings
    },
    get scores() {
      return scores
    },
    get problem() {
      return problem
    },
    take(changed) {
      heard++
      run = changed
    },
    end() {
      reading++
      for (const stop of stops) stop()
    },
  }
}
