// The app's state as the whole window shares it: sets, models, runs, jobs and the machine, kept current by events.
import type { CatalogModel, Client, CommandOutput, Evaluation, Job, Model, PairSet, Run } from '#contract'
import { resource, type Resource } from './resource.svelte.ts'

export interface Live {
  readonly info: Resource<CommandOutput<'app.info'>>
  readonly sets: Resource<PairSet[]>
  readonly models: Resource<{ models: Model[]; catalog: CatalogModel[] }>
  /** Newest first. */
  readonly runs: Resource<Run[]>
  /** Newest first. */
  readonly evaluations: Resource<Evaluation[]>
  readonly studies: Resource<CommandOutput<'studies.list'>>
  readonly jobs: Resource<Job[]>
  /** The run that trains or prepares to, if one does. */
  readonly running: Run | null
  readonly connection: 'open' | 'lost'
}

const busy: readonly Run['status'][] = ['preparing', 'running', 'stopping']

/** Reads everything and follows the events. */
export function openLive(client: Client): Live {
  const info = resource(() => client.ask('app.info', {}))
  const sets = resource(() => client.ask('sets.list', {}))
  const models = resource(() => client.ask('models.list', {}))
  const runs = resource(async () => (await client.ask('runs.list', {})).toSorted((a, b) => b.id - a.id))
  const evaluations = resource(async () => (await client.ask('evaluations.list', {})).toSorted((a, b) => b.id - a.id))
  const studies = resource(() => client.ask('studies.list', {}))
  const jobs = resource(() => client.ask('jobs.list', {}))
  const all = [info, sets, models, runs, evaluations, studies, jobs]
  let connection = $state<'open' | 'lost'>('open')
  const running = $derived(
    runs.value?.find((run) => busy.includes(run.status)) ?? runs.value?.find((run) => run.status === 'queued') ?? null,
  )

  const readAll = () => all.forEach((one) => void one.reload())
  client.onConnection((state) => {
    connection = state === 'lost' ? 'lost' : 'open'
    if (state === 'refilled') readAll()
  })
  client.on('sets.changed', (set) => put(sets, set))
  client.on('sets.removed', ({ set }) => take(sets, set))
  client.on('models.changed', () => void models.reload())
  client.on('runs.changed', (run) => put(runs, run, 'first'))
  client.on('runs.removed', ({ run }) => take(runs, run))
  client.on('evaluations.changed', (evaluation) => put(evaluations, evaluation, 'first'))
  client.on('evaluations.removed', ({ evaluation }) => take(evaluations, evaluation))
  client.on('studies.changed', (study) => {
    const list = studies.value
    if (!list?.studies.some(({ id }) => id === study.id)) return void studies.reload()
    studies.set({ ...list, studies: list.studies.map((old) => (old.id === study.id ? study : old)) })
  })
  client.on('studies.removed', () => void studies.reload())
  client.on('jobs.changed', (job) => put(jobs, job))
  client.on('app.changed', (change) => info.value && info.set({ ...info.value, ...change }))
  client.on('app.saved', (change) => info.value && info.set({ ...info.value, ...change }))
  readAll()

  return {
    info,
    sets,
    models,
    runs,
    evaluations,
    studies,
    jobs,
    get running() {
      return running
    },
    get connection() {
      return connection
    },
  }
}

/** Replaces the one of the same id, or adds it. A list that was not read yet is read instead. */
function put<T extends { id: number }>(list: Resource<T[]>, one: T, end: 'first' | 'last' = 'last'): void {
  if (list.value === null || list.loading) return void list.reload()
  const known = list.value.some(({ id }) => id === one.id)
  if (known) list.set(list.value.map((old) => (old.id === one.id ? one : old)))
  else list.set(end === 'first' ? [one, ...list.value] : [...list.value, one])
}

function take<T extends { id: number }>(list: Resource<T[]>, gone: number): void {
  if (list.value) list.set(list.value.filter(({ id }) => id !== gone))
}
