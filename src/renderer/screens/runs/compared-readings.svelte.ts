// The readings of the runs that are compared: read once each, kept up by events, forgotten when a run is no longer picked.
import { type Client, type RunId } from '#contract'
import { noColumns, record } from '../../parts/charts/columns.ts'
import { complain } from '../../notices.svelte.ts'
import { readNames, type ColumnsByRun } from './compared.ts'

export interface ComparedReadings {
  /** New each time something was read. */
  readonly all: ColumnsByRun
}

/** Follows `picked` as long as the component lives. */
export function comparedReadings(client: Client, picked: () => readonly RunId[]): ComparedReadings {
  let all = $state.raw<ColumnsByRun>({})
  let asked: readonly number[] = []

  function add(run: RunId, readings: Parameters<typeof record>[1]): void {
    const columns = all[run] ?? noColumns()
    record(columns, readings)
    all = { ...all, [run]: columns }
  }

  async function read(run: RunId): Promise<void> {
    try {
      add(run, await client.ask('runs.readings', { run, names: [...readNames] }))
    } catch (thrown) {
      asked = asked.filter((one) => one !== run)
      complain(thrown)
    }
  }

  $effect(() => {
    for (const run of picked()) {
      if (asked.includes(run)) continue
      asked = [...asked, run]
      void read(run)
    }
  })
  $effect(() => {
    const stopReading = client.on('runs.read', ({ run, readings }) => {
      if (asked.includes(run)) add(run, readings)
    })
    const stopConnection = client.onConnection((state) => {
      if (state !== 'refilled') return
      all = {}
      for (const run of picked()) void read(run)
    })
    return () => {
      stopReading()
      stopConnection()
    }
  })

  return {
    get all() {
      return all
    },
  }
}
