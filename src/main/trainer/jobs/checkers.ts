// Which checkers there are, and whether one can be made of what was given. Needs no tensor backend.
import { CheckerListing, ProblemError, type CheckerChoice } from '#contract'
import { checkerOf, checkers as shipped } from '#ml'

export function checkers(): Promise<CheckerListing[]> {
  return Promise.resolve(shipped.map((listing) => CheckerListing.parse(listing)))
}

/** All parameters of the checker. @throws ProblemError with the one line that refuses it */
export function checker({ name, parameters }: CheckerChoice): Promise<CheckerChoice> {
  const made = checkerMade({ name, parameters })
  return Promise.resolve({ name, parameters: { ...made.parameters } as CheckerChoice['parameters'] })
}

/** @throws ProblemError with the one line that refuses it */
export function checkerMade({ name, parameters }: CheckerChoice): ReturnType<typeof checkerOf> {
  try {
    return checkerOf(name, parameters)
  } catch (thrown) {
    throw new ProblemError({ code: 'bad-input', message: (thrown as Error).message, where: 'checker' })
  }
}
