// Stores and pairs for the store's tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { PairSet, Run, Text } from '#contract'
import { openStore, type NewPair, type Store } from '../../../src/main/store/index.ts'

/** A folder that goes when the test ends. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'attune-store-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function memoryStore(): Store {
  const store = openStore(':memory:')
  onTestFinished(() => store.close())
  return store
}

const written = (text: string) => ({ text, origin: { kind: 'unknown' as const, writer: null, sampling: null } })

export function pair(prompt: Text, a: string, b: string, given = true): NewPair {
  return { prompt, a: written(a), b: written(b), given, extra: {} }
}

export function fill(store: Store, name: string, pairs: NewPair[]): PairSet {
  const filling = store.pairs.import(name)
  filling.add(pairs)
  return filling.finish().set
}

/** `count` pairs without a choice. */
export function unlabelled(store: Store, count: number, name = 'set'): PairSet {
  return fill(
    store,
    name,
    Array.from({ length: count }, (_, i) => pair(`prompt ${i}`, `answer a of ${i}`, `answer b of ${i}`, false)),
  )
}

export const everything = { text: '', label: null, order: 'id', direction: 'down', model: null } as const

export function anyRun(
  store: Store,
  set = store.sets.byName('runs') ?? fill(store, 'runs', [pair('p', 'good', 'bad')]),
): Run {
  const { versionId } = store.sets.freeze(set.id)
  return store.runs.create({
    name: 'First',
    method: 'dpo',
    model: { id: 1 as Run['model']['id'], name: 'starter' },
    set: { id: set.id, name: set.name, pairs: set.chosen },
    setVersion: versionId,
    settings: { beta: 0.1, lora_targets: ['all'], steps: null },
    seed: 7,
    steps: 5,
    parent: null,
    parentStep: null,
    provenance: null,
  })
}
