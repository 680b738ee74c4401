// Rules over runs whose policy answers prompts itself.
import { percent } from '../judgement-words.ts'
import type { Rule } from './rule.ts'

const points = (share: number | null) => `${((share ?? 0) * 100).toFixed(0)} points`

export const promptRules = {
  'reward-not-carried': {
    title: 'Score does not carry over',
    of: ['prompts'],
    sentence: (seen) =>
      `The score gained ${points(seen('score/gained'))} in training and ${points(seen('heldout/score_gained'))} on held-out prompts.`,
    cause:
      'The policy learns its training prompts by heart, or a way to please the judge that other prompts do not have.',
    next: ['higher-kl-weight', 'higher-beta', 'lower-rate'],
  },
  'policy-drifts': {
    title: 'Policy drifts from the reference',
    of: ['prompts'],
    sentence: (seen) =>
      `The answers of a step are ${(seen('kl') ?? 0).toFixed(2)} nats a token away from the reference.`,
    cause: 'Score is bought with distance from the reference, and the KL weight is too small to hold it.',
    next: ['higher-kl-weight', 'higher-beta', 'lower-rate'],
  },
  'no-spread': {
    title: 'Nothing to learn from',
    of: ['prompts'],
    sentence: (seen) =>
      `In ${percent(seen('frac_reward_zero_std') ?? 0)} of prompts all answers of a step have the same score.`,
    cause: 'The prompts are too easy or too hard for the policy: what all answers get right or wrong teaches nothing.',
    next: ['more-answers'],
  },
  'answers-cut': {
    title: 'Answers are cut off',
    of: ['prompts'],
    sentence: (seen) =>
      `${percent(seen('completions/clipped_ratio') ?? 0)} of the answers of a step did not end by themselves.`,
    cause: 'Answers have grown longer than the longest that is sampled, and what is cut off is scored as it stands.',
    next: ['longer-answers', 'higher-kl-weight'],
  },
} as const satisfies Record<string, Rule>
