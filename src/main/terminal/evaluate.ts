// The terminal command that evaluates one policy, or two side by side, on a set of pairs.
import { ProblemError, type Evaluation, type EvaluationComparison, type PolicyName } from '#contract'
import { checkerGiven, rewardModelGiven } from './checker-parameters.ts'
import { evaluationLines } from './evaluation-table.ts'
import { numberOption, required, UsageError, type Arguments, type Terminal, type TerminalCommand } from './grammar.ts'
import { policyGiven } from './policy-option.ts'
import { runNamed, setOf } from './named.ts'

type Answer = { evaluations: Evaluation[]; comparison: EvaluationComparison | null }

const evaluate: TerminalCommand = {
  words: ['evaluate'],
  usage:
    '--model M | --run R [--against M2 | --against-run R2] --pairs SET|FILE [--checker NAME] [--parameter key=value]... [--reward-model M] [--answers N] [--temperature T] [--max-tokens N] [--seed S] [--limit N] [--held-out-of R] [--likelihoods on|off]',
  positionals: [0, 0],
  options: [
    ...['model', 'run', 'against', 'against-run', 'pairs', 'checker', 'answers', 'temperature', 'max-tokens'],
    ...['seed', 'limit', 'held-out-of', 'likelihoods', 'reward-model'],
  ],
  lists: ['parameter'],
  async run(terminal, given): Promise<Answer> {
    const policies = await policiesOf(terminal, given)
    const checker = await checkerGiven(terminal, given)
    const rewardModel = rewardModelGiven(given)
    const heldOutOf = given.options['held-out-of']
    const started = await terminal.ask('evaluations.start', {
      policies,
      set: await setOf(terminal, required(given, 'pairs')),
      options: {
        checker,
        rewardModel: rewardModel === null ? null : { name: rewardModel },
        likelihoods: switchOf(given.options.likelihoods),
        answers: numberOption(given, 'answers'),
        temperature: numberOption(given, 'temperature'),
        maxTokens: numberOption(given, 'max-tokens'),
        seed: numberOption(given, 'seed'),
        limit: numberOption(given, 'limit'),
        heldOutOf: heldOutOf === undefined ? null : (await runNamed(terminal, heldOutOf)).id,
      },
    })
    const evaluations = await ended(terminal, started)
    const [a, b] = evaluations
    const comparison = a && b ? await terminal.ask('evaluations.compare', { a: a.id, b: b.id }) : null
    return { evaluations, comparison }
  },
  text: ({ evaluations, comparison }: Answer) => evaluationLines(evaluations, comparison),
}

export const evaluateCommands = [evaluate]

async function policiesOf(terminal: Terminal, given: Arguments): Promise<PolicyName[]> {
  const { options } = given
  const other = { model: 'against', run: 'against-run' }
  const own = await policyGiven(terminal, given)
  const compared = options[other.model] !== undefined || options[other.run] !== undefined
  // What is compared against comes first: differences are told from there.
  return [...(compared ? [await policyGiven(terminal, given, other)] : []), own]
}

function switchOf(text = 'on'): boolean {
  if (text !== 'on' && text !== 'off')
    throw new UsageError(`--likelihoods takes on or off, got ${JSON.stringify(text)}`)
  return text === 'on'
}

/** Tells progress until all have ended. Ctrl+C cancels them. */
async function ended(terminal: Terminal, started: readonly Evaluation[]): Promise<Evaluation[]> {
  const ids = new Set(started.map(({ id }) => id))
  const over = new Map<number, Evaluation>()
  await new Promise<void>((resolve) => {
    let phase = ''
    const hear = (evaluation: Evaluation) => {
      if (!ids.has(evaluation.id)) return
      const { label, doing, status } = evaluation
      const now = `${label}: ${doing?.split(',')[0] ?? ''}`
      if (doing && now !== phase) terminal.tell((phase = now))
      if (status === 'running') return
      over.set(evaluation.id, evaluation)
      if (over.size === ids.size) resolve()
    }
    terminal.on('evaluations.changed', hear)
    const cancel = () => {
      const job = started.find((one) => one.job !== null)?.job
      if (job) void terminal.ask('jobs.cancel', { job }).catch(() => {})
    }
    if (terminal.interrupted.aborted) cancel()
    terminal.interrupted.addEventListener('abort', cancel)
    // What ended before anybody listened.
    for (const { id } of started) void terminal.ask('evaluations.show', { evaluation: id }).then(hear)
  })
  return started.map(({ id }) => {
    const evaluation = over.get(id)!
    if (evaluation.status === 'finished') return evaluation
    const code = evaluation.status === 'cancelled' ? ('cancelled' as const) : ('refused' as const)
    const message = evaluation.reason ?? 'The evaluation was cancelled'
    throw new ProblemError({ code, message, where: `evaluation of ${evaluation.label}` })
  })
}
