// Long work that is not a run: imports, model conversion, export. And the machine's report.
import { z } from 'zod'
import { SetId } from './pairs.ts'

export const JobId = z.int().positive().brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

export const Job = z.object({
  id: JobId,
  /** In plain words: 'Import gsm8k-pairs.jsonl'. */
  title: z.string(),
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** 0 to 1, or null when it cannot be told. */
  progress: z.number().nullable(),
  doing: z.string(),
  reason: z.string().nullable(),
  /** What came of it, where it tells, and the set that it filled. */
  outcome: z.object({ text: z.string(), set: SetId }).nullable(),
})
export type Job = z.infer<typeof Job>

/** One thing the doctor looked at. */
export const Finding = z.object({
  name: z.string(),
  state: z.enum(['good', 'fair', 'missing']),
  /** What is in use and why. */
  text: z.string(),
  /** What to do to get the better one. */
  advice: z.string().nullable(),
})
export type Finding = z.infer<typeof Finding>

export const Doctor = z.object({
  findings: z.array(Finding),
  tensorflow: z.string(),
  backend: z.string(),
  device: z.string(),
})
export type Doctor = z.infer<typeof Doctor>
