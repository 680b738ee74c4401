// Models as the app knows them.
import { z } from 'zod'

export const ModelId = z.int().positive().brand<'ModelId'>()
export type ModelId = z.infer<typeof ModelId>

export const Model = z.object({
  id: ModelId,
  name: z.string(),
  /** What it makes of a text: the next token, or one number, its reward. */
  head: z.enum(['language', 'reward']),
  family: z.string(),
  parameters: z.int(),
  layers: z.int(),
  D: z.int(),
  heads: z.int(),
  kvHeads: z.int(),
  headDim: z.int(),
  F: z.int(),
  V: z.int(),
  context: z.int(),
  tied: z.boolean(),
  /** Precision of the stored weights, e.g. 'F32', 'BF16', 'Q4_1 and F32'. */
  precision: z.string(),
  /** Bytes on disk. */
  bytes: z.int(),
  /** The folder or GGUF file its weights are read from. */
  location: z.string(),
  source: z.string(),
  licence: z.string().nullable(),
  chatTemplate: z.boolean(),
  /** sha256 of the weights, of the tokenizer and of the chat template: what cached log-probabilities are keyed by. */
  modelHash: z.string(),
  tokenizerHash: z.string(),
  templateHash: z.string(),
  addedAt: z.string(),
  sample: z.boolean(),
})
export type Model = z.infer<typeof Model>

/** An entry of the catalog in resources/models.json. */
export const CatalogModel = z.object({
  name: z.string(),
  label: z.string(),
  parameters: z.int(),
  licence: z.string(),
  note: z.string(),
  /** Bytes to fetch. */
  bytes: z.int(),
})
export type CatalogModel = z.infer<typeof CatalogModel>
