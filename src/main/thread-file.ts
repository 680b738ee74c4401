// Where the entry of a thread lies: beside who starts it, from source; beside the shells, or one folder up, in the bundle.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * @param source the entry's path from `beside`, without its ending: './parquet-worker'
 * @param beside import.meta.url of the caller
 * @param bundled the entry's name in the bundle
 * @throws Error when it is in neither place
 */
export function threadFile(source: string, beside: string, bundled: string): URL {
  const places = [`${source}.ts`, `./${bundled}.js`, `../${bundled}.js`]
  const found = places.map((place) => new URL(place, beside)).find((url) => existsSync(fileURLToPath(url)))
  if (!found) throw new Error(`${bundled} is missing from this installation`)
  return found
}
