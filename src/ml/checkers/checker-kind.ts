// A kind of checker: what is told of it, and how its check is made from its parameters.
import { type Check, guarded } from './check.ts'
import { checkedValues, type Parameter, type ParameterValue, type Values } from './parameters.ts'

/** What is told of a checker: plain data, from which a form can be built. */
export type CheckerListing = {
  name: string
  label: string
  meaning: string
  /** What `expected` must hold for this checker, in words; null when it is not read. */
  expects: string | null
  parameters: readonly Parameter[]
}

/** A checker that is ready: its name and all its parameters, for the record, and its check. */
export type Checker = { name: string; parameters: Readonly<Record<string, ParameterValue>>; check: Check }

export type CheckerKind = {
  listing: CheckerListing
  /** Throws one line on a parameter that is unknown or wrong. */
  make(given: Readonly<Record<string, unknown>>): Checker
}

/** `make` gets values that fit their parameters; it throws one line where they do not go together. */
export function checkerKind<const List extends readonly Parameter[]>(
  listing: CheckerListing & { parameters: List },
  make: (values: Values<List>) => Check,
): CheckerKind {
  return {
    listing,
    make(given) {
      const parameters = checkedValues(listing.name, listing.parameters, given)
      return { name: listing.name, parameters, check: guarded(make(parameters as Values<List>)) }
    },
  }
}
