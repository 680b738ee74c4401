// What a line of arguments asks to answer: --model M or --run R, or the same under other names.
import type { PolicyName } from '#contract'
import { UsageError, type Arguments, type Terminal } from './grammar.ts'
import { runNamed } from './named.ts'

/** @throws UsageError unless one of the two options is given */
export async function policyGiven(
  terminal: Terminal,
  { options }: Arguments,
  names = { model: 'model', run: 'run' },
): Promise<PolicyName> {
  const [model, run] = [options[names.model], options[names.run]]
  if (model !== undefined && run === undefined) return { model }
  if (run !== undefined && model === undefined) return { run: (await runNamed(terminal, run)).id }
  throw new UsageError(`Give one of --${names.model} and --${names.run}`)
}
