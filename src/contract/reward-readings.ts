// What only reward models tell. Names are TRL's where TRL has them.
import type { ReadingInfo } from './reading-info.ts'

export const rewardModelReadings = {
  accuracy: {
    label: 'Accuracy',
    group: 'rewards',
    unit: 'share',
    meaning:
      'Share of the pairs of the step whose chosen response has the higher reward. A tie counts as wrong, so it starts at 0.',
  },
  margin: {
    label: 'Margin of rewards',
    group: 'rewards',
    unit: '',
    meaning: 'Reward of chosen minus reward of rejected, mean over the pairs of the step.',
  },
  min_reward: { label: 'Lowest reward', group: 'rewards', unit: '', meaning: 'The lowest reward of the step.' },
  mean_reward: {
    label: 'Mean reward',
    group: 'rewards',
    unit: '',
    meaning: 'Mean reward of all responses of the step. Pairs leave it open: centring holds it near 0.',
  },
  max_reward: { label: 'Highest reward', group: 'rewards', unit: '', meaning: 'The highest reward of the step.' },
  'probe/train/reward_accuracy': {
    label: 'Accuracy, training pairs',
    group: 'rewards',
    unit: 'share',
    meaning: 'Share of probed training pairs whose chosen response has the higher reward; a tie counts as half.',
  },
  'probe/heldout/reward_accuracy': {
    label: 'Accuracy, held-out pairs',
    group: 'rewards',
    unit: 'share',
    meaning: 'Share of held-out pairs whose chosen response has the higher reward; a tie counts as half.',
  },
  'probe/heldout/reward_margin': {
    label: 'Margin of rewards, held-out pairs',
    group: 'rewards',
    unit: '',
    meaning: 'Reward of chosen minus reward of rejected on pairs never trained on.',
  },
  'probe/heldout/log_loss': {
    label: 'Log loss, held-out pairs',
    group: 'rewards',
    unit: 'nats',
    meaning:
      'Mean surprise at the labels of held-out pairs. ln 2 = 0.6931 for a model that knows nothing; above it, it is surer than right.',
  },
  'probe/heldout/calibration_error': {
    label: 'Calibration error, held-out pairs',
    group: 'rewards',
    unit: 'share',
    meaning:
      'By how much its confidence differs from the share of held-out pairs in which it is right, over ten bins of confidence.',
  },
} as const satisfies Record<string, ReadingInfo>
