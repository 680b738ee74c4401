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

/** A reward model on labelled pairs that it was given. */
export const RewardExam = z.object({
  pairs: z.int(),
  /** Share of pairs whose chosen response has the higher reward, ties counted as half, with its 95 % interval. */
  accuracy: z.number(),
  low: z.number(),
  high: z.number(),
  /** Mean reward of chosen less that of rejected. */
  margin: z.number(),
  /** Mean surprise at the labels, nats: ln 2 where the model knows nothing. */
  logLoss: z.number(),
  /** By how much its confidence differs from the share in which it is right. */
  calibrationError: z.number(),
  /** Pairs that could not be read, and why the first of them. */
  refused: z.object({ pairs: z.int(), first: z.string().nullable() }),
})
export type RewardExam = z.infer<typeof RewardExam>

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
