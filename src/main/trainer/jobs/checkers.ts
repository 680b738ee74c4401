// Which checkers there are. Needs no tensor backend.
import { CheckerListing } from '#contract'
import { checkers as shipped } from '#ml'

export function checkers(): Promise<CheckerListing[]> {
  return Promise.resolve(shipped.map((listing) => CheckerListing.parse(listing)))
}
