// What can be asked to answer, and be measured: a model, or what a run made of it.
import { z } from 'zod'
import { RunId } from './runs.ts'

/** A model by its name, or a run: then its newest checkpoint. */
export const PolicyName = z.union([z.strictObject({ model: z.string().min(1) }), z.strictObject({ run: RunId })])
export type PolicyName = z.infer<typeof PolicyName>
