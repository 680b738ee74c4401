// Each measured number once: its name, unit and meaning. Names are TRL's where TRL has them.

import { answerReadings, lengthReadings } from './answer-readings.ts'
import { dispersionReadings } from './dispersion-readings.ts'
import { geometryReadings } from './geometry-readings.ts'
import { onlinePairReadings, ppoReadings, promptReadings } from './prompt-readings.ts'
import { splitReadings } from './split-readings.ts'
import { perToken, type ReadingInfo } from './reading-info.ts'
import { rewardModelReadings } from './reward-readings.ts'
import { withTenths } from './tenths.ts'

/** Readings of one optimiser step, averaged over its pairs. */
const stepReadings = {
  loss: {
    label: 'Loss',
    group: 'training',
    unit: 'nats',
    meaning: 'Mean loss of the pairs of the step. ln 2 = 0.6931 while policy and reference agree.',
  },
  grad_norm: {
    label: 'Gradient norm',
    group: 'training',
    unit: '',
    meaning: 'Norm of the gradient over all trained weights, before clipping.',
  },
  learning_rate: { label: 'Learning rate', group: 'training', unit: '', meaning: 'Learning rate of the step.' },
  epoch: {
    label: 'Epoch',
    group: 'training',
    unit: 'epochs',
    meaning: 'Training pairs seen, as a multiple of the training set.',
  },
  num_tokens: {
    label: 'Tokens',
    group: 'training',
    unit: 'tokens',
    meaning: 'Tokens of prompts and responses seen so far; a shared prompt counts once.',
  },
  entropy: {
    label: 'Entropy',
    group: 'likelihood',
    unit: 'nats/token',
    meaning: 'Mean entropy of the next-token distribution over response positions.',
  },
  'rewards/chosen': {
    label: 'Reward, chosen',
    group: 'rewards',
    unit: 'nats',
    meaning:
      'What the method takes for the reward of the chosen response: for DPO beta times the change of its log-probability against the reference.',
  },
  'rewards/rejected': {
    label: 'Reward, rejected',
    group: 'rewards',
    unit: 'nats',
    meaning: 'What the method takes for the reward of the rejected response.',
  },
  'rewards/margins': {
    label: 'Margin',
    group: 'rewards',
    unit: 'nats',
    meaning: 'Reward of chosen minus reward of rejected.',
  },
  'rewards/accuracies': {
    label: 'Accuracy',
    group: 'rewards',
    unit: 'share',
    meaning:
      'Share of pairs whose chosen response gained on the rejected one against the reference, whatever the method. A tie counts as wrong, so it starts at 0.',
  },
  'logps/chosen': {
    label: 'Log-probability, chosen',
    group: 'likelihood',
    unit: 'nats',
    meaning: 'Sum over the tokens of a response, mean over pairs: long answers dominate.',
  },
  'logps/rejected': {
    label: 'Log-probability, rejected',
    group: 'likelihood',
    unit: 'nats',
    meaning: 'Sum over the tokens of a response, mean over pairs: long answers dominate.',
  },
  'logps_per_token/chosen': perToken(
    'Log-probability per token, chosen',
    'likelihood',
    'Mean over the tokens of a response, then over pairs.',
  ),
  'logps_per_token/rejected': perToken(
    'Log-probability per token, rejected',
    'likelihood',
    'Mean over the tokens of a response, then over pairs.',
  ),
  'pace/pairs_per_second': {
    label: 'Throughput',
    group: 'pace',
    unit: 'pairs/s',
    meaning: 'Training pairs a second in this step, probes and samples left out.',
  },
  'pace/tokens_per_second': {
    label: 'Tokens a second',
    group: 'pace',
    unit: 'tokens/s',
    meaning: 'Tokens a second in this step; a shared prompt counts once.',
  },
  'pace/step_seconds': { label: 'Step time', group: 'pace', unit: 's', meaning: 'Seconds of this step.' },
  'pace/diagnostics_share': {
    label: 'Time for measuring',
    group: 'pace',
    unit: 'share',
    meaning:
      'Share of the time since the run was started or resumed that went to probes, gradients and sampled answers. Loading and the reference pass count as time of the run.',
  },
} as const satisfies Record<string, ReadingInfo>

/** Readings on the frozen probes, against the reference. `train` are probed training pairs, `heldout` pairs never trained on. */
const probeReadings = {
  'drop/train/rejected': perToken(
    'Rejected, training pairs',
    'drop',
    'Change of the rejected log-probability per token against the reference, mean over pairs.',
  ),
  'drop/train/rejected/p10': perToken(
    'Rejected, training pairs, 10 % quantile',
    'drop',
    'A tenth of the pairs fell further than this.',
  ),
  'drop/train/rejected/p90': perToken(
    'Rejected, training pairs, 90 % quantile',
    'drop',
    'A tenth of the pairs lie above this.',
  ),
  'drop/train/rejected_sum': {
    label: 'Rejected, training pairs, per response',
    group: 'drop',
    unit: 'nats',
    meaning: 'The same summed over the tokens of a response.',
  },
  'drop/heldout/rejected': perToken('Rejected, held-out pairs', 'drop', 'The same on pairs never trained on.'),
  'drop/train/speed_ratio': {
    label: 'Speed of rejected against chosen',
    group: 'drop',
    unit: '',
    meaning:
      'How much further the rejected moved than the chosen: |change of rejected| / |change of chosen|, of the means per token.',
  },
  'drop/train/fell_faster': {
    label: 'Pairs whose rejected fell more than the chosen moved',
    group: 'drop',
    unit: 'share',
    meaning: 'Share of probed training pairs whose rejected fell, and by more than the chosen rose or fell.',
  },
  'drop/train/log_gradient_ratio': {
    label: 'log of the gradient ratio',
    group: 'drop',
    unit: 'nats',
    meaning: 'log |dl/dpi-| - log |dl/dpi+| = log pi+ - log pi-, mean over pairs (3D-Properties, Corollary 1).',
  },
  ...withTenths(
    'degradation/train/chosen',
    perToken(
      'Chosen, training pairs',
      'degradation',
      'Change of the chosen log-probability per token against the reference, mean over pairs.',
    ),
    'the pairs',
  ),
  'degradation/train/chosen_sum': {
    label: 'Chosen, training pairs, per response',
    group: 'degradation',
    unit: 'nats',
    meaning: 'The same summed over the tokens of a response.',
  },
  'degradation/heldout/chosen': perToken(
    'Chosen, held-out pairs',
    'degradation',
    'The same on pairs never trained on.',
  ),
  'degradation/train/share': {
    label: 'Suppressed pairs',
    group: 'degradation',
    unit: 'share',
    meaning: 'Share of probed training pairs whose chosen fell although their margin grew.',
  },
  'degradation/heldout/share': {
    label: 'Suppressed held-out pairs',
    group: 'degradation',
    unit: 'share',
    meaning: 'The same on pairs never trained on.',
  },
  ...dispersionReadings,
  'probe/heldout/auc': {
    label: 'Good above bad, held-out',
    group: 'rewards',
    unit: 'share',
    meaning:
      'Of answers alone: how often a held-out good answer gained more per token against the reference than a held-out bad one, over all ways to take one of each. Half is chance.',
  },
  'probe/heldout/accuracy': {
    label: 'Accuracy, held-out pairs',
    group: 'rewards',
    unit: 'share',
    meaning:
      'Share of held-out pairs whose chosen response gained on the rejected one against the reference, whatever the method; a tie counts as half.',
  },
  'probe/heldout/margin': {
    label: 'Margin, held-out pairs',
    group: 'rewards',
    unit: 'nats',
    meaning: 'Reward of chosen minus reward of rejected on pairs never trained on.',
  },
} as const satisfies Record<string, ReadingInfo>

export const readings = {
  ...stepReadings,
  ...probeReadings,
  ...geometryReadings,
  ...splitReadings,
  ...lengthReadings,
  ...answerReadings,
  ...promptReadings,
  ...ppoReadings,
  ...onlinePairReadings,
  ...rewardModelReadings,
}
export type StepReadingName = keyof typeof stepReadings
export type ProbeReadingName = keyof typeof probeReadings | keyof typeof splitReadings | keyof typeof lengthReadings
export type ReadingName = keyof typeof readings
