// The index of a checkpoint in several files: model.safetensors.index.json, tensor name to file name (Transformers).

/** Tensor name to the name of the file that holds it. */
export type ShardedIndex = ReadonlyMap<string, string>

const TENSORS_LIMIT = 200_000
const SHARDS_LIMIT = 1_000

/**
 * Reads the parsed index. File names come from a stranger and will be opened: only plain `*.safetensors` names in the same
 * folder pass.
 */
export function shardedIndex(json: unknown, what = 'model.safetensors.index.json'): ShardedIndex {
  const map = typeof json === 'object' && json !== null && 'weight_map' in json ? json.weight_map : undefined
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new Error(`${what} has no "weight_map" from tensor names to file names`)
  }
  const entries = Object.entries(map)
  if (entries.length > TENSORS_LIMIT)
    throw new Error(`${what} lists ${entries.length} tensors, more than any model has`)
  for (const [, file] of entries) {
    if (typeof file !== 'string' || !isPlainName(file) || !file.endsWith('.safetensors')) {
      throw new Error(`${what} names a file that is not a plain *.safetensors name in the same folder`)
    }
  }
  if (new Set(entries.map(([, file]) => file)).size > SHARDS_LIMIT) {
    throw new Error(`${what} spreads over more than ${SHARDS_LIMIT} files`)
  }
  return new Map(entries)
}

/** Whether a name is one file in this folder on every system: no separators, drive letters, dots alone or control characters. */
export function isPlainName(name: string): boolean {
  return /^[\w][\w.\-+ ]{0,254}$/.test(name) && !name.includes('..')
}
