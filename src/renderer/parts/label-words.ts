// A pair's label and what people did to it, in words.
import type { LabelEvent, LabelState, PairDetail, PairSet, Text } from '#contract'
import { count, counted } from '../quantities.ts'

export const labelWords: Record<LabelState, string> = {
  unlabelled: 'Unlabelled',
  chosen: 'Preferred',
  tie: 'Tie',
  'both-bad': 'Both bad',
  skipped: 'Skipped',
  good: 'Good',
  bad: 'Bad',
}

/** The labels that a set's pairs may have, or its answers alone. */
export function labelsOf({ answers }: Pick<PairSet, 'answers'>): LabelState[] {
  return answers ? ['unlabelled', 'good', 'bad', 'skipped'] : ['unlabelled', 'chosen', 'tie', 'both-bad', 'skipped']
}

/** '12 pairs', or of a set of answers alone '12 answers'. */
export function countedIn({ answers }: Pick<PairSet, 'answers'>, number: number): string {
  return counted(number, answers ? 'answer' : 'pair')
}

/** What a run can train on: '12 chosen pairs', '8 good and 4 bad answers'. */
export function trainable({ answers, chosen }: Pick<PairSet, 'answers' | 'chosen'>): string {
  return answers ? `${count(answers.good)} good and ${count(answers.bad)} bad answers` : counted(chosen, 'chosen pair')
}

/** Where a response is shown: 1 is left. The stored order decides, not the preference. */
export function shownAs(pair: Pick<PairDetail, 'bFirst'>, response: 'a' | 'b'): 1 | 2 {
  return (response === 'b') === pair.bFirst ? 1 : 2
}

type Said = Pick<LabelEvent, 'verdict' | 'strength' | 'edited'>

/** One event of a pair's history: 'Answer 2 is much better'. */
export function eventWords({ verdict, strength, edited }: Said, pair: Pick<PairDetail, 'bFirst'>): string {
  switch (verdict) {
    case 'a':
    case 'b': {
      const answer = `Answer ${shownAs(pair, verdict)}`
      return edited === null
        ? `${answer} is ${strength === 2 ? 'much better' : 'better'}`
        : `${answer} edited; the edit is preferred`
    }
    case 'tie':
      return 'Tie'
    case 'both-bad':
      return 'Both are bad'
    case 'skip':
      return 'Skipped'
    case 'good':
    case 'bad':
      return labelWords[verdict]
  }
}

/** A prompt as one text: of a conversation, the turns after each other. */
export function plainText(text: Text): string {
  return typeof text === 'string' ? text : text.map(({ content }) => content).join('\n\n')
}
