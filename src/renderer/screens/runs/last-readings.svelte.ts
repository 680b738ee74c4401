// The last probe of each run in the list: margin and accuracy on held-out pairs, and how far chosen and rejected went.
import type { Client, ReadingName, Run } from '#contract'

const names = [
  'probe/heldout/margin',
  'probe/heldout/accuracy',
  'degradation/train/chosen',
  'drop/train/rejected',
] as const satisfies readonly ReadingName[]

export type LastReadings = Readonly<Partial<Record<(typeof names)[number], number>>>

/** Reads each run once, one after the other, and again when it has gone on; newest runs first, as the list stands. */
export function lastReadings(client: Client, runs: () => readonly Run[]): { of(run: Run): LastReadings } {
  let known = $state.raw<Readonly<Record<number, { step: number; last: LastReadings }>>>({})
  let at = 0

  async function readAll(list: readonly Run[], mine: number): Promise<void> {
    for (const { id, step, status } of list) {
      if (mine !== at) return
      const before = known[id]
      // While a run trains its row follows by probes, not by steps: one question a few steps is enough.
      if (before && (before.step === step || (status === 'running' && step - before.step < 5))) continue
      const readings = await client.ask('runs.readings', { run: id, names: [...names] }).catch(() => null)
      if (!readings || mine !== at) return
      const last: Record<string, number> = {}
      for (const { name, value } of readings) last[name] = value
      known = { ...known, [id]: { step, last } }
    }
  }

  $effect(() => {
    const mine = ++at
    void readAll(runs(), mine)
    return () => void at++
  })

  return { of: ({ id }) => known[id]?.last ?? {} }
}
