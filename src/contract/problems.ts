// What crosses a wall when something is wrong: one line that says what happened, where, and what to do.
import { z } from 'zod'

export const Problem = z.object({
  /** For programs. `internal` is a fault of ours; the others are the caller's or the machine's. */
  code: z.enum(['bad-input', 'not-found', 'conflict', 'refused', 'unavailable', 'cancelled', 'internal']),
  /** What happened, as one plain sentence. */
  message: z.string(),
  /** The file, row, setting or id it happened at. */
  where: z.string().optional(),
  /** What the user can do about it. */
  advice: z.string().optional(),
})
export type Problem = z.infer<typeof Problem>

/** An Error that carries a Problem through promises. Its message is the whole line. */
export class ProblemError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problemLine(problem))
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** The problem as one line for a terminal or a log. */
export function problemLine({ message, where, advice }: Problem): string {
  const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`)
  return [where ? `${where}: ${sentence(message)}` : sentence(message), advice ? sentence(advice) : ''].join(' ').trim()
}

/** Any thrown value as a Problem; what is not one of ours is `internal`. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem
  if (thrown instanceof z.ZodError) {
    const issue = thrown.issues[0]
    return { code: 'bad-input', message: issue?.message ?? 'Invalid input', where: issue?.path.join('.') || undefined }
  }
  return { code: 'internal', message: thrown instanceof Error ? thrown.message : String(thrown) }
}
