// The door: every command enters here, whatever shell it came through, and its input is checked against the contract.
import { commands, ProblemError, type CommandName, type Handlers } from '#contract'

export type Ask = (name: string, input: unknown) => Promise<unknown>

/**
 * One function that answers every command.
 * Rejects with a ProblemError: unknown command (`not-found`), input that does not fit the contract (`bad-input`, naming the field),
 * or whatever the handler refuses.
 */
export function openDoor(handlers: Handlers): Ask {
  return async (name, input) => {
    if (!isCommand(name))
      throw new ProblemError({ code: 'not-found', message: `There is no command ${JSON.stringify(name)}` })
    const parsed = commands[name].in.safeParse(input ?? {})
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const field = issue?.path.join('.')
      throw new ProblemError({
        code: 'bad-input',
        message: issue?.message ?? 'Invalid input',
        where: field ? `${name}, ${field}` : name,
      })
    }
    const handler = handlers[name] as (input: unknown) => unknown
    return handler(parsed.data)
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}
