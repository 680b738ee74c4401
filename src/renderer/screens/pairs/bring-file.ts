// From a file that the user dropped or picked to the screen that previews its import.
import type { WindowClient } from '../../client.ts'
import { addressOf } from '../../addresses.ts'
import { complain } from '../../notices.svelte.ts'
import { go } from '../../router.svelte.ts'

export const importedEndings = '.jsonl,.ndjson,.json,.csv,.tsv,.parquet'

/** Hands the file to the app and opens its preview. `set` is a set to add to. */
export async function bringFile(client: WindowClient, file: File, set: string | null = null): Promise<void> {
  try {
    go(addressOf('/pairs/import', { file: await client.place(file), name: file.name, set }))
  } catch (thrown) {
    complain(thrown)
  }
}

/** A name for the set of a file: 'gsm8k-pairs.jsonl' -> 'gsm8k-pairs'. */
export function setNameOf(file: string): string {
  const base = file.split(/[/\\]/).at(-1) ?? ''
  return base.replace(/\.[a-z]+$/i, '').slice(0, 120) || 'pairs'
}
