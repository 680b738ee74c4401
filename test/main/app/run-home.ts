// A home folder for tests of runs: a real store, a real trainer process, the tiny Llama of the fixtures and a few pairs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Port, Run, RunId, RunRequest, Sequenced, SettingValues } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import type { AppContext } from '../../../src/main/app/context.ts'
import { forkTrainer } from '../../../src/main/app/fork.ts'
import { openJobs } from '../../../src/main/app/jobs.ts'
import { addModel } from '../../../src/main/app/models.ts'
import { openRuns, type Runs } from '../../../src/main/app/runs.ts'
import { openTrainer } from '../../../src/main/app/trainer.ts'
import { openStore } from '../../../src/main/store/index.ts'

export const fixture = (name: string) => fileURLToPath(new URL(`../../parity/fixtures/${name}`, import.meta.url))
export const trainerEntry = fileURLToPath(new URL('../../../src/main/trainer/process.ts', import.meta.url))
const resources = fileURLToPath(new URL('../../../resources', import.meta.url))

export type RunHome = {
  home: string
  context: AppContext
  runs: Runs
  events: Sequenced[]
  /** The trainer's newest port: `kill` is SIGKILL. */
  port: () => Port
  /** Resolves when the run has one of these states. */
  until: (run: RunId, ...states: Run['status'][]) => Promise<Run>
  /** Starts a run, asked for as `request` but for these parts, and waits for its end. */
  ended: (asked?: Partial<RunRequest>) => Promise<Run>
  /** Resolves when a reading of that name was stored for a step of at least `step`. */
  untilRead: (run: RunId, name: string, step: number) => Promise<void>
  /** Closes the app and leaves the folder. */
  leave: () => Promise<void>
  /** Closes the app and deletes the folder. */
  close: () => Promise<void>
}

/** Settings that make a run of the tiny model short and eventful. */
export const tinySettings = {
  learning_rate: 1e-3,
  lora_rank: 4,
  lora_alpha: 8,
  batch_pairs: 2,
  steps: 12,
  heldout_pairs: 2,
  probe_pairs: 4,
  probe_others: 2,
  probe_others_rejected: 1,
  probe_near_misses: 1,
  probe_shuffled: 1,
  probe_samples: 2,
  probe_resamples: 1,
  geometry_pairs: 1,
  geometry_every: 6,
  probe_sample_tokens: 4,
  probe_every: 4,
  sample_prompts: 1,
  sample_every: 6,
  sample_tokens: 4,
  checkpoint_every: 4,
  // The numbers of one machine must be those of another.
  precision: 'float32',
} satisfies SettingValues

const { lora_rank: _rank, lora_alpha: _alpha, ...withoutAdapter } = tinySettings
/** The same for all weights. */
export const fullSettings = { ...withoutAdapter, tuning: 'full', learning_rate: 1e-4 } satisfies SettingValues

export const tinyPairs = Array.from({ length: 12 }, (_, i) => ({
  prompt: `Add ${i} and ${i + 1}: `,
  chosen: `it is ${2 * i + 1}.`,
  rejected: `maybe ${3 * i + 2}, who knows`,
}))

export async function openRunHome(
  pairs: readonly { prompt: string; chosen: string; rejected: string }[] = tinyPairs,
  home = mkdtempSync(join(tmpdir(), 'attune-')),
): Promise<RunHome> {
  const board = openBoard()
  const store = openStore(join(home, 'attune.sqlite'))
  let port: Port | null = null
  const trainer = openTrainer(() => (port = forkTrainer(trainerEntry)), board)
  const jobs = openJobs(board)
  const context: AppContext = { home, resources, version: 'test', store, board, jobs, trainer }
  const runs = openRuns(context)
  const events: Sequenced[] = []
  board.listen((event) => events.push(event))
  if (!store.models.byName('tiny'))
    await addModel(context, { name: 'tiny', location: fixture('tiny-llama'), source: 'fixture' })
  if (!store.sets.byName('pairs') && pairs.length > 0) {
    const origin = { kind: 'human' as const, writer: null, sampling: null }
    const filling = store.pairs.import('pairs')
    filling.add(
      pairs.map(({ prompt, chosen, rejected }) => ({
        ...{ prompt, given: true, extra: {} },
        a: { text: chosen, origin },
        b: { text: rejected, origin },
      })),
    )
    filling.finish()
  }
  const when = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      if (holds()) return resolve()
      const stop = board.listen(() => holds() && (stop(), resolve()))
    })
  const leave = async () => {
    await runs.close()
    await trainer.close()
    store.close()
  }
  const until: RunHome['until'] = async (run, ...states) => {
    await when(() => states.includes(store.runs.show(run).status))
    return store.runs.show(run)
  }
  return {
    ...{ home, context, runs, events, until },
    port: () =>
      port ??
      (() => {
        throw new Error('no trainer was started')
      })(),
    async ended(asked) {
      const { id } = await runs.handlers['runs.start']({ ...request(), ...asked })
      return until(id, ...over)
    },
    untilRead: (run, name, step) => when(() => store.readings.list({ run, after: step - 1, names: [name] }).length > 0),
    leave,
    async close() {
      await leave()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export const request = (settings: SettingValues = tinySettings) => ({
  model: 'tiny',
  set: 'pairs',
  method: 'dpo' as const,
  settings,
  seed: 7,
  name: null,
  parent: null,
  from: null,
})

export const over = ['finished', 'stopped', 'interrupted', 'failed'] as const
