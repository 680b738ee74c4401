// What only methods that learn from prompts tell. Names are TRL's where TRL has them.
import type { ReadingInfo } from './reading-info.ts'

/** What all of them tell. */
export const promptReadings = {
  reward: {
    label: 'Score',
    group: 'rewards',
    unit: 'share',
    meaning: 'Mean score of the answers sampled in this step, 0 to 1 by the checker.',
  },
  reward_std: {
    label: 'Spread of scores',
    group: 'rewards',
    unit: 'share',
    meaning: 'Standard deviation of the scores within a group, mean over groups. At 0 there is nothing to learn from.',
  },
  frac_reward_zero_std: {
    label: 'Groups without spread',
    group: 'rewards',
    unit: 'share',
    meaning: 'Share of groups whose answers all have the same score: they teach nothing.',
  },
  kl: {
    label: 'KL from the reference',
    group: 'likelihood',
    unit: 'nats/token',
    meaning: 'Estimate of the KL divergence from the reference on the sampled tokens (k3), mean over tokens.',
  },
  'clip_ratio/region_mean': {
    label: 'Tokens clipped',
    group: 'training',
    unit: 'share',
    meaning: 'Share of tokens whose probability had left the clip range, so that they taught nothing more.',
  },
  'completions/mean_length': {
    label: 'Length of answers',
    group: 'likelihood',
    unit: 'tokens',
    meaning: 'Mean length of the answers sampled in this step.',
  },
  'completions/clipped_ratio': {
    label: 'Answers cut off',
    group: 'likelihood',
    unit: 'share',
    meaning: 'Share of sampled answers that did not end by themselves.',
  },
  'probe/heldout/score': {
    label: 'Score, held-out prompts',
    group: 'rewards',
    unit: '',
    meaning: 'Mean score of the greedy answers to held-out prompts.',
  },
  'probe/heldout/score_sampled': {
    label: 'Score, held-out prompts, sampled',
    group: 'rewards',
    unit: '',
    meaning: 'Mean score of answers to held-out prompts that are sampled as in training.',
  },
  'probe/heldout/pass_rate_sampled': {
    label: 'Right answers, held-out prompts, sampled',
    group: 'rewards',
    unit: 'share',
    meaning: 'Share of held-out prompts whose answer, sampled as in training, passes the checker.',
  },
  'probe/heldout/pass_rate': {
    label: 'Right answers, held-out prompts',
    group: 'rewards',
    unit: 'share',
    meaning: 'Share of held-out prompts whose greedy answer passes the checker.',
  },
} as const satisfies Record<string, ReadingInfo>

/** What only PPO tells. */
export const ppoReadings = {
  'objective/kl': {
    label: 'KL from the reference, per answer',
    group: 'likelihood',
    unit: 'nats',
    meaning:
      'Estimate of the KL divergence from the reference (kl_estimator), summed over an answer, mean over answers.',
  },
  'objective/kl_coef': {
    label: 'KL weight',
    group: 'rewards',
    unit: '',
    meaning: 'What a nat of distance from the reference costs in this step, where the weight is steered to a target.',
  },
  'objective/entropy': {
    label: 'Surprise, per answer',
    group: 'likelihood',
    unit: 'nats',
    meaning: 'Negative log-probability of an answer under the policy that gave it, mean over answers.',
  },
  'objective/non_score_reward': {
    label: 'Reward for nearness',
    group: 'rewards',
    unit: '',
    meaning: 'What the distance from the reference takes off the reward of an answer.',
  },
  'objective/scores': {
    label: 'Score of answers',
    group: 'rewards',
    unit: '',
    meaning: 'Mean score of the answers sampled in this step.',
  },
  'objective/rlhf_reward': {
    label: 'Reward',
    group: 'rewards',
    unit: '',
    meaning: 'Score, less penalties and the distance from the reference: what PPO raises.',
  },
  'policy/approxkl_avg': {
    label: 'Drift within the step',
    group: 'training',
    unit: 'nats/token',
    meaning:
      'Distance from the policy that answered: half the squared log-ratio of a token, mean over tokens and updates.',
  },
  'policy/clipfrac_avg': {
    label: 'Tokens clipped',
    group: 'training',
    unit: 'share',
    meaning: 'Share of tokens whose probability had left the clip range, so that they taught nothing more.',
  },
  'loss/policy_avg': {
    label: 'Loss of the policy',
    group: 'training',
    unit: '',
    meaning: 'The clipped policy loss, mean over tokens and updates. Whitened advantages start it at 0.',
  },
  'loss/value_avg': {
    label: 'Loss of the values',
    group: 'training',
    unit: '',
    meaning: 'Half the squared distance of the value head from what came, mean over tokens and updates.',
  },
  'val/clipfrac_avg': {
    label: 'Values clipped',
    group: 'training',
    unit: 'share',
    meaning: 'Share of tokens whose value had left its clip range.',
  },
  'val/ratio': {
    label: 'Ratio of probabilities',
    group: 'training',
    unit: '',
    meaning: 'Probability of a token against what it was when it was sampled, mean over tokens and updates.',
  },
  'val/num_eos_tokens': {
    label: 'Answers that ended',
    group: 'likelihood',
    unit: '',
    meaning: 'Number of answers of the step that ended by themselves.',
  },
} as const satisfies Record<string, ReadingInfo>

/** What only online DPO tells. */
export const onlinePairReadings = {
  pairs_made: {
    label: 'Pairs made',
    group: 'rewards',
    unit: '',
    meaning: 'Prompts of the step whose answers differed in score, so that their best and worst made a pair.',
  },
} as const satisfies Record<string, ReadingInfo>
