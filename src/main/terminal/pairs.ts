// Terminal command that makes pairs out of a policy's own answers.
import { resolve } from 'node:path'
import {
  samplingSentence,
  type CommandInput,
  type Judge,
  type PairRule,
  type PairSamplingReport,
  type PromptSource,
} from '#contract'
import { checkerGiven, rewardModelGiven } from './checker-parameters.ts'
import { numberOption, required, UsageError, type Arguments, type Terminal, type TerminalCommand } from './grammar.ts'
import { toldJob } from './jobs.ts'
import { exists } from './library.ts'
import { policyGiven } from './policy-option.ts'

const sample: TerminalCommand = {
  words: ['pairs', 'sample'],
  usage:
    '--model M|--run R --prompts SET|FILE --set NEW [--answers N] [--checker C] [--parameter key=value]... [--reward-model M] [--rule best-worst|right-wrong|all|margin] [--least K] [--cap N] [--temperature T] [--top-p P] [--tokens N] [--seed S] [--limit N]',
  positionals: [0, 0],
  options: [
    ...['model', 'run', 'prompts', 'set', 'answers', 'checker', 'reward-model', 'rule', 'least', 'cap'],
    ...['temperature', 'top-p', 'tokens', 'seed', 'limit'],
  ],
  lists: ['parameter'],
  async run(terminal, given) {
    const asked = await requestOf(terminal, given)
    const report = await toldJob(terminal, () => terminal.ask('pairs.sample', asked))
    const { judge, rule } = asked
    return { ...report, sentence: samplingSentence(report.counts, { judge, rule }) }
  },
  text: ({ set, sentence, refusedCount }: PairSamplingReport & { sentence: string }) => [
    sentence,
    ...(refusedCount > 0 ? [`${refusedCount} rows of the file were no prompts.`] : []),
    `The set ${set.name} has ${set.pairs} pairs now${set.unlabelled > 0 ? `, ${set.unlabelled} of them to be labelled` : ''}.`,
  ],
}

export const pairCommands = [sample]

type Request = CommandInput<'pairs.sample'> & { judge: Judge; rule: PairRule }

async function requestOf(terminal: Terminal, given: Arguments): Promise<Request> {
  const rule = ruleGiven(given)
  const into = required(given, 'set')
  const number = (name: string) => numberOption(given, name)
  const prompts = await promptsNamed(terminal, required(given, 'prompts'))
  const checker = await checkerGiven(terminal, given)
  const rewardModel = rewardModelGiven(given)
  return {
    policy: await policyGiven(terminal, given),
    ...{ prompts, into, rule, limit: number('limit') ?? null, perPrompt: number('cap') ?? null },
    sampling: {
      ...{
        answers: number('answers'),
        temperature: number('temperature'),
        topP: number('top-p'),
        tokens: number('tokens'),
        seed: number('seed'),
      },
    },
    judge: checker ? { checker } : rewardModel !== null ? { rewardModel } : 'hand',
  }
}

function ruleGiven(given: Arguments): PairRule {
  const { rule = 'best-worst' } = given.options
  const least = numberOption(given, 'least')
  if (rule === 'margin') {
    if (least === undefined) throw new UsageError('--rule margin needs --least')
    return { rule, least }
  }
  if (rule !== 'best-worst' && rule !== 'right-wrong' && rule !== 'all')
    throw new UsageError(`--rule takes best-worst, right-wrong, all or margin, got ${JSON.stringify(rule)}`)
  if (least !== undefined) throw new UsageError('--least goes with --rule margin')
  return { rule }
}

/** A set of that name, or a file of prompts. */
async function promptsNamed(terminal: Terminal, given: string): Promise<PromptSource> {
  const sets = await terminal.ask('sets.list', {})
  return sets.some(({ name }) => name === given) || !exists(given) ? { set: given } : { file: resolve(given) }
}
