// The pairs of a run: read from its file, tokenised, and those that do not fit the model named.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { Mark, PairId, ProblemError, Text } from '#contract'
import {
  oneSidedUnit,
  tokenizePair,
  tokenizePrompt,
  tokenizeResponse,
  type ChatMessage,
  type PairUnit,
  type Tokenizer,
} from '#ml'
import type { TrainPair } from './protocol.ts'

export type LeftOut = { pair: PairId; reason: string }

/** Reads pairs.jsonl. `hash` is the sha256 of its lines. */
export async function readPairs(file: string): Promise<{ pairs: TrainPair[]; hash: string }> {
  const pairs: TrainPair[] = []
  const digest = createHash('sha256')
  for await (const line of linesOf(file)) {
    digest.update(line).update('\n')
    pairs.push(pairOf(line, file, pairs.length + 1))
  }
  return { pairs, hash: digest.digest('hex') }
}

/** Lines end at \n alone: node:readline would also break at the line separators that JSON may hold. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = `${rest}${String(chunk)}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

const Strength = z.union([z.literal(0), z.literal(2)])

function pairOf(line: string, file: string, number: number): TrainPair {
  try {
    const { id, prompt, chosen, rejected, strength, expected, mark, margin } = JSON.parse(line) as Record<
      string,
      unknown
    >
    return {
      id: PairId.parse(id),
      prompt: Text.parse(prompt),
      chosen: z.string().parse(chosen),
      rejected: z.string().parse(rejected),
      ...(strength === undefined ? {} : { strength: Strength.parse(strength) }),
      ...(expected === undefined ? {} : { expected: z.string().parse(expected) }),
      ...(mark === undefined ? {} : { mark: Mark.parse(mark) }),
      ...(margin === undefined ? {} : { margin: z.number().parse(margin) }),
    }
  } catch {
    throw new ProblemError({ code: 'refused', message: 'This line is damaged', where: `${file}, line ${number}` })
  }
}

/** Pairs between two looks at the clock and at messages. */
const STRETCH = 200

/**
 * Tokenises pairs: conversations through the model's chat template, plain prompts as they are. None is ever cut: a pair that
 * does not fit is named in `leftOut`. `told` is called now and then with the number done.
 */
export async function tokenizedPairs(
  tokenizer: Tokenizer,
  pairs: readonly TrainPair[],
  context: number,
  told: (done: number) => Promise<void>,
): Promise<{ units: PairUnit[]; leftOut: LeftOut[] }> {
  const units: PairUnit[] = []
  const leftOut: LeftOut[] = []
  for (const [i, pair] of pairs.entries()) {
    if (i % STRETCH === 0) await told(i)
    const found = unitOf(tokenizer, pair, context)
    if ('refused' in found) leftOut.push({ pair: pair.id, reason: found.refused })
    else units.push(found)
  }
  return { units, leftOut }
}

type Unit = PairUnit['unit']

function unitOf(tokenizer: Tokenizer, pair: TrainPair, context: number): PairUnit | { refused: string } {
  const { id, prompt, strength, mark, margin } = pair
  const unit = mark ? answerUnit(tokenizer, pair, context) : pairedUnit(tokenizer, pair, context)
  if ('refused' in unit) return unit
  return {
    ...{ id, unit, prompt: tokenizePrompt(tokenizer, prompt) },
    ...(strength === undefined ? {} : { strength }),
    ...(mark === undefined ? {} : { mark }),
    ...(margin === undefined ? {} : { margin }),
  }
}

function pairedUnit(
  tokenizer: Tokenizer,
  { prompt, chosen, rejected }: TrainPair,
  context: number,
): Unit | { refused: string } {
  const text =
    typeof prompt === 'string'
      ? { prompt, chosen, rejected }
      : { prompt, chosen: [spoken(chosen)], rejected: [spoken(rejected)] }
  const found = tokenizePair(tokenizer, text, { context })
  if ('refused' in found) return found
  return {
    shared: found.shared,
    chosen: found.chosen.ids,
    rejected: found.rejected.ids,
    chosenFrom: found.chosen.scoreFrom,
    rejectedFrom: found.rejected.scoreFrom,
  }
}

function answerUnit(tokenizer: Tokenizer, { prompt, chosen }: TrainPair, context: number): Unit | { refused: string } {
  const response = typeof prompt === 'string' ? chosen : [spoken(chosen)]
  const found = tokenizeResponse(tokenizer, { prompt, response, name: 'answer' }, { context })
  if ('refused' in found) return found
  return oneSidedUnit(found.ids.slice(0, found.start), found.ids.slice(found.start))
}

const spoken = (content: string): ChatMessage => ({ role: 'assistant', content })

/** The line that refuses a run because of pairs that do not fit. */
export function misfitProblem(leftOut: readonly LeftOut[], all: number): ProblemError {
  const named = leftOut.slice(0, 3).map(({ pair, reason }) => `pair ${pair} (${reason})`)
  const rest = leftOut.length > named.length ? ` and ${leftOut.length - named.length} more` : ''
  const none = leftOut.length === all
  return new ProblemError({
    code: 'refused',
    message: `${leftOut.length} of ${all} pairs do not fit the model: ${named.join('; ')}${rest}`,
    advice: none
      ? 'Choose another model or other pairs'
      : 'Set too_long to leave-out to train without them, or choose a model with a longer context',
  })
}
