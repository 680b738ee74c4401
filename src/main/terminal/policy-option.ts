// What a line of arguments asks to answer: --model M or --run R.
import type { PolicyName } from '#contract'
import { UsageError, type Arguments, type Terminal } from './grammar.ts'
import { runNamed } from './runs.ts'

/** @throws UsageError unless one of --model and --run is given */
export async function policyGiven(terminal: Terminal, given: Arguments): Promise<PolicyName> {
  const { model, run } = given.options
  if (model !== undefined && run === undefined) return { model }
  if (run !== undefined && model === undefined) return { run: (await runNamed(terminal, run)).id }
  throw new UsageError('Give one of --model and --run')
}
