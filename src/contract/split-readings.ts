// Drop and Degradation of the training probes in parts: by who wrote the answer, and by its length.
import { perToken, type ReadingInfo } from './reading-info.ts'

/** The parts, as their readings end. */
export const splitParts = ['on_policy', 'off_policy', 'short', 'middle', 'long'] as const
export type SplitPart = (typeof splitParts)[number]

const meanings: Record<SplitPart, string> = {
  on_policy: 'of answers that the model gave itself before it was tuned',
  off_policy: 'of answers that somebody else wrote',
  short: 'of answers in the shortest third',
  middle: 'of answers in the middle third by length',
  long: 'of answers in the longest third',
}
const names: Record<SplitPart, string> = {
  ...{ on_policy: 'on-policy', off_policy: 'off-policy', short: 'short', middle: 'middle', long: 'long' },
}

const inParts = <Name extends string>(name: Name, side: string, group: 'drop' | 'degradation') =>
  Object.fromEntries(
    splitParts.map((part) => [
      `${name}/${part}`,
      perToken(
        `${side}, training pairs, ${names[part]}`,
        group,
        `Change of the log-probability per token against the reference, ${meanings[part]}.`,
      ),
    ]),
  ) as Record<`${Name}/${SplitPart}`, ReadingInfo>

const limit = (label: string, meaning: string) => ({ label, group: 'drop' as const, unit: 'tokens' as const, meaning })

export const splitReadings = {
  ...inParts('drop/train/rejected', 'Rejected', 'drop'),
  ...inParts('degradation/train/chosen', 'Chosen', 'degradation'),
  'length/short': limit(
    'Longest short answer',
    'Most tokens of an answer in the shortest third of the training probes.',
  ),
  'length/middle': limit(
    'Longest middle answer',
    'Most tokens of an answer in the middle third of the training probes.',
  ),
} as const satisfies Record<string, ReadingInfo>
