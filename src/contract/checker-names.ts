// The names of the checkers, apart from all else: settings are chosen among them.
import { z } from 'zod'

/** The checkers that ship. What each reads and is called is told by the trainer. */
export const CheckerName = z.enum(['arithmetic-answer', 'exact-match', 'contains', 'length', 'format', 'instructions'])
export type CheckerName = z.infer<typeof CheckerName>
