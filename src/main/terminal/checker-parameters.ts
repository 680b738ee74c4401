// A checker and its parameters from a line of arguments: --checker NAME --parameter key=value, read as the checker's listing tells.
import { parametersOfTexts, problemOf, type CheckerChoice, type CheckerListing, type SettingValues } from '#contract'
import { assignment, UsageError, type Arguments, type Terminal } from './grammar.ts'

/** What --checker and --parameter ask for; null without --checker. @throws UsageError when a name or a value cannot be understood */
export async function checkerGiven(terminal: Terminal, given: Arguments): Promise<CheckerChoice | null> {
  const { checker } = given.options
  const list = given.lists.parameter ?? []
  if (checker === undefined) {
    if (list.length > 0) throw new UsageError('--parameter needs --checker')
    return null
  }
  const listings = await terminal.ask('checkers.list', {})
  const listing = listings.find(({ name }) => name === checker)
  if (!listing)
    throw new UsageError(
      `--checker takes ${listings.map(({ name }) => name).join(', ')}, got ${JSON.stringify(checker)}`,
    )
  return { name: checker, parameters: checkerParameters(listing, list) }
}

/** What --reward-model names, beside which --checker is refused; null without. */
export function rewardModelGiven({ options }: Arguments): string | null {
  const name = options['reward-model']
  if (name !== undefined && options.checker !== undefined)
    throw new UsageError('Give one of --checker and --reward-model: one of them judges')
  return name ?? null
}

/** `key=value` arguments as a checker's parameters. @throws UsageError as `parametersOfTexts` refuses them */
export function checkerParameters(listing: CheckerListing, list: readonly string[]): SettingValues {
  for (const entry of list) assignment(entry, 'parameter')
  try {
    return parametersOfTexts(listing, list)
  } catch (thrown) {
    throw new UsageError(problemOf(thrown).message)
  }
}
