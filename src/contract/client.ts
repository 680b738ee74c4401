// The two sides of the wall: who asks, who answers, and the pipe between two processes.
import type { CommandInput, CommandName, CommandOutput, CommandParsed } from './commands.ts'
import type { EventName, Events } from './events.ts'

/** The asking side. A refused command rejects with a ProblemError. */
export interface Client {
  ask<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>>
  /** Calls `listener` for each event of that name, in order; returns how to stop listening. */
  on<N extends EventName>(name: N, listener: (data: Events[N]) => void): () => void
  /** `lost` while events cannot arrive; `refilled` when some may have been missed for good and state should be read anew. */
  onConnection(listener: (state: 'open' | 'lost' | 'refilled') => void): () => void
}

/** The answering side: one handler a command, its input already checked. */
export type Handlers = {
  [N in CommandName]: (input: CommandParsed<N>) => Promise<CommandOutput<N>> | CommandOutput<N>
}

/** A pipe to another process: two functions. child_process, utilityProcess and a pair in memory are three ways to make one. */
export interface Port {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** The other side is gone; `reason` says how in plain words. */
  onExit(listener: (reason: string) => void): void
  /** Ends the other side at once. */
  kill(): void
}
