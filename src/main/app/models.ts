// Models: what is here, what can be fetched, adding and forgetting.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isOver, ProblemError, type CatalogModel, type Handlers, type Model, type ModelId, type RunId } from '#contract'
import { fetchCatalogModel, readCatalog, type CatalogEntry } from './catalog.ts'
import type { AppContext } from './context.ts'
import { trainerProgress } from './jobs.ts'
import { foundPolicy } from './policies.ts'

export function modelHandlers(
  context: AppContext,
): Pick<Handlers, 'models.list' | 'models.add' | 'models.keep' | 'models.remove'> {
  const { store, board, jobs, home, resources } = context
  const downloads = join(home, 'models')

  async function add(source: string, name: string | null): Promise<Model> {
    const entry = existsSync(source) ? undefined : catalogOf(resources).find((one) => one.name === source)
    const wanted = name ?? entry?.name ?? basename(source).replace(/\.gguf$/i, '')
    refuseTaken(context, wanted)
    const location = entry ? await fetched(entry) : resolve(source)
    if (!existsSync(location))
      throw new ProblemError({
        code: 'not-found',
        message: 'There is no such file or folder, and no such name in the catalogue',
        where: source,
        advice: `The catalogue has: ${catalogOf(resources)
          .map((model) => model.name)
          .join(', ')}`,
      })
    return addModel(context, {
      ...{ name: wanted, location, source: entry?.label ?? location },
      licence: entry?.licence ?? null,
    })
  }

  const fetched = (entry: CatalogEntry) =>
    jobs.run(`Fetch ${entry.label}`, (progress, signal) =>
      fetchCatalogModel(entry, join(downloads, entry.name), progress, signal),
    )

  /** What a run made, merged, as a model of its own in the home folder. */
  async function keep(id: RunId, name: string): Promise<Model> {
    const { label, model, policy } = foundPolicy(context, { run: id })
    refuseTaken(context, name)
    const folder = freeFolder(join(downloads, `${name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')}-of-run-${id}`))
    const carried = await jobs.run(`Keep ${label} as ${name}`, (progress, signal) =>
      context.trainer.ask(
        'export',
        { ...policy.tuned!, model: policy.model, format: 'merged', to: folder, baseName: policy.model },
        { signal, onEvent: trainerProgress(progress) },
      ),
    )
    try {
      const licence = model.licence
      return await addModel(context, {
        name,
        location: carried.folder,
        source: `run ${label} of ${model.name}`,
        licence,
      })
    } catch (thrown) {
      await rm(carried.folder, { recursive: true, force: true })
      throw thrown
    }
  }

  async function remove(id: ModelId): Promise<Record<string, never>> {
    const model = store.models.byId(id)
    if (!model) throw new ProblemError({ code: 'not-found', message: 'There is no such model', where: `model ${id}` })
    const user = store.runs.list().find((run) => run.model.id === id && !isOver(run.status))
    if (user)
      throw new ProblemError({
        code: 'conflict',
        message: `The run ${user.name} is using this model`,
        where: `model ${model.name}`,
        advice: 'Stop the run first',
      })
    store.models.remove(id)
    const own = downloadedFolder(downloads, model.location)
    const shared = store.models.list().some((other) => downloadedFolder(downloads, other.location) === own)
    if (own && !shared) await rm(own, { recursive: true, force: true })
    board.publish('models.changed', {})
    return {}
  }

  return {
    'models.list': () => ({ models: store.models.list(), catalog: catalogOf(resources).map(catalogModel) }),
    'models.add': ({ source, name }) => add(source, name),
    'models.keep': ({ run, name }) => keep(run, name),
    'models.remove': ({ model }) => remove(model),
  }
}

/**
 * Looks at a model's files and keeps what they hold. @throws ProblemError: name taken, no such place, damaged, unsupported
 * @param sample whether it ships with the app
 */
export async function addModel(
  context: AppContext,
  given: { name: string; location: string; source: string; licence?: string | null; sample?: boolean },
): Promise<Model> {
  const facts = await context.trainer.ask('inspect', { location: given.location })
  const { name, location, source, licence = null, sample = false } = given
  refuseTaken(context, name)
  const model = context.store.models.add({
    ...facts,
    name,
    location,
    source,
    sample,
    licence: licence ?? facts.licence,
  })
  context.board.publish('models.changed', {})
  return model
}

function refuseTaken({ store }: AppContext, name: string): void {
  if (store.models.byName(name))
    throw new ProblemError({
      code: 'conflict',
      message: 'There is a model of this name already',
      where: name,
      advice: 'Give it another name with --name, or remove the other one',
    })
}

/** Names that differ in their capitals alone are different models. */
function freeFolder(wanted: string): string {
  for (let n = 1; ; n++) {
    const folder = n === 1 ? wanted : `${wanted}-${n}`
    if (!existsSync(folder)) return folder
  }
}

/** The folder of a model that Attune fetched itself; null for files of the user's own or of the app. */
function downloadedFolder(downloads: string, location: string): string | null {
  const inside = relative(downloads, location)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return null
  return join(downloads, inside.split(sep)[0] ?? '')
}

function catalogOf(resources: string): CatalogEntry[] {
  return existsSync(join(resources, 'models.json')) ? readCatalog(resources) : []
}

function catalogModel({ name, label, parameters, licence, note, bytes }: CatalogEntry): CatalogModel {
  return { name, label, parameters, licence, note, bytes }
}
