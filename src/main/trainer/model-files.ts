// A model on disk, opened: a Hugging Face folder or a GGUF file, with its tokenizer and the hashes that name it.
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ProblemError } from '#contract'
import { openGguf, openHuggingFace, openTokenizer, tokenizerIdentity, type Checkpoint, type Tokenizer } from '#ml'
import { diskFolder, diskSource, filesHash } from './files.ts'
import type { Hashes, ModelFacts } from './protocol.ts'

export type OpenedModel = { location: string; checkpoint: Checkpoint; tokenizer: Tokenizer }

const README_LIMIT = 1024 * 1024

/** Opens a model without reading its weights. Rejects with one line that names the place: no such file, damaged, unsupported. */
export async function openModel(location: string): Promise<OpenedModel> {
  const found = await stat(location).catch(() => null)
  if (!found) throw new ProblemError({ code: 'not-found', message: 'There is no such file or folder', where: location })
  return refusing(location, async () => {
    const checkpoint = found.isDirectory()
      ? await openHuggingFace(diskFolder(location))
      : await openGguf(await diskSource(location), basename(location))
    return { location, checkpoint, tokenizer: openTokenizer(checkpoint.tokenizer, checkpoint.config.V) }
  })
}

/** The hashes of an opened model. Reads all of its weights once, as a stream. */
export async function modelHashes({ location, checkpoint }: OpenedModel): Promise<Hashes> {
  const { tokenizer, template } = tokenizerIdentity(checkpoint.tokenizer)
  const text = (value: string) => createHash('sha256').update(value).digest('hex')
  return {
    modelHash: await filesHash(await weightFiles(location)),
    tokenizerHash: text(tokenizer),
    templateHash: text(template),
  }
}

/** Refuses a model whose files are no longer those that were added. */
export async function checkUnchanged(model: OpenedModel, expected: Hashes): Promise<void> {
  const hashes = await modelHashes(model)
  const changed = (Object.keys(hashes) as (keyof Hashes)[]).find((key) => hashes[key] !== expected[key])
  if (!changed) return
  const what = { modelHash: 'weights', tokenizerHash: 'tokenizer', templateHash: 'chat template' }[changed]
  throw new ProblemError({
    code: 'conflict',
    message: `The model's ${what} changed since it was added`,
    where: model.location,
    advice: 'Add it again under another name',
  })
}

/** What the app keeps of a model. */
export async function modelFacts(model: OpenedModel): Promise<ModelFacts> {
  const { config, head, names, shape, storedAs } = model.checkpoint
  const { family, layers, D, heads, kvHeads, headDim, F, V, context, tied } = config
  const types = Object.entries(storedAs).toSorted(([, a], [, b]) => b - a)
  return {
    ...{ head, family, layers, D, heads, kvHeads, headDim, F, V, context, tied },
    parameters: names.reduce((sum, name) => sum + shape(name).reduce((size, side) => size * side, 1), 0),
    precision: types.map(([name]) => name).join(' and '),
    bytes: await bytesOf(model.location),
    chatTemplate: model.tokenizer.hasChat,
    licence: await licenceOf(model.location),
    ...(await modelHashes(model)),
  }
}

/** Runs `work`, whose refusals are plain lines of ml, as problems that name the place. */
export async function refusing<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    // A plain Error is a refusal in words; its subclasses are faults of the program.
    if (!(thrown instanceof Error) || thrown.constructor !== Error || 'code' in thrown) throw thrown
    throw new ProblemError({ code: 'bad-input', message: sentence(thrown.message), where })
  }
}

/** With a capital letter, unless it begins with the name of a file. */
const sentence = (text: string) => (/^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text)

async function weightFiles(location: string): Promise<string[]> {
  if ((await stat(location)).isFile()) return [location]
  const names = (await readdir(location)).filter((name) => name === 'config.json' || name.endsWith('.safetensors'))
  return names.toSorted().map((name) => join(location, name))
}

async function bytesOf(location: string): Promise<number> {
  const found = await stat(location)
  if (found.isFile()) return found.size
  const sizes = await Promise.all((await readdir(location)).map((name) => stat(join(location, name))))
  return sizes.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0)
}

/** The licence in the front matter of a model card, as the hub writes it. */
async function licenceOf(location: string): Promise<string | null> {
  const card = join(location, 'README.md')
  const found = await stat(card).catch(() => null)
  if (!found?.isFile() || found.size > README_LIMIT) return null
  const matter = /^---\r?\n([\s\S]*?)\r?\n---/.exec(await readFile(card, 'utf8'))?.[1] ?? ''
  return /^licen[sc]e:\s*["']?([\w.+-]{1,60})/m.exec(matter)?.[1] ?? null
}
