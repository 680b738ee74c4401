// The checkers that ship. No other program ever judges a response: data and users choose among these by name.
import { arithmeticAnswer } from './arithmetic-answer.ts'
import type { Checker, CheckerListing } from './checker-kind.ts'
import { contains } from './contains.ts'
import { exactMatch } from './exact-match.ts'
import { format } from './format.ts'
import { instructions } from './ifeval.ts'
import { length } from './length.ts'

const kinds = [arithmeticAnswer, exactMatch, contains, length, format, instructions]

/** What is told of each checker: plain data that a form can be built from. */
export const checkers: readonly CheckerListing[] = kinds.map(({ listing }) => listing)

/**
 * The checker of that name with these parameters, those left out at their defaults.
 * Throws one line when there is no such checker, or a parameter is unknown, out of range, or does not go with another.
 */
export function checkerOf(name: string, parameters: Readonly<Record<string, unknown>> = {}): Checker {
  const kind = kinds.find(({ listing }) => listing.name === name)
  if (!kind)
    throw new Error(
      `There is no checker ${JSON.stringify(name.slice(0, 40))}; there are ${checkers.map((listing) => listing.name).join(', ')}.`,
    )
  return kind.make(parameters)
}
