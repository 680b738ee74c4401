// Where likelihood goes among responses that are in no pair, and how the next-token distribution changes its form.
import { perToken, type ReadingInfo } from './reading-info.ts'
import { withTenths } from './tenths.ts'

export const dispersionReadings = {
  ...withTenths(
    'dispersion/other',
    perToken("Others' answers", 'dispersion', "Change of log-probability per token of other prompts' chosen answers."),
  ),
  ...withTenths(
    'dispersion/sampled',
    perToken('Reference samples', 'dispersion', "Change of log-probability per token of the reference's own samples."),
  ),
  ...withTenths(
    'dispersion/other_rejected',
    perToken(
      'Others’ rejected answers',
      'dispersion',
      "Change of log-probability per token of other prompts' rejected answers.",
    ),
  ),
  ...withTenths(
    'dispersion/near_miss',
    perToken(
      'Near misses',
      'dispersion',
      'Change of log-probability per token of chosen answers with one token in eight changed.',
    ),
  ),
  ...withTenths(
    'dispersion/shuffled',
    perToken(
      'Shuffled answers',
      'dispersion',
      'Change of log-probability per token of chosen answers with their tokens shuffled.',
    ),
  ),
  ...withTenths(
    'dispersion/resampled',
    perToken(
      'Reference re-samples',
      'dispersion',
      "Change of log-probability per token of the reference's samples at another temperature.",
    ),
  ),
  ...withTenths(
    'dispersion/out_of_domain',
    perToken(
      'Out-of-domain answers',
      'dispersion',
      'Change of log-probability per token of chosen answers of the out-of-domain set, after their own prompts.',
    ),
  ),
  'dispersion/kl': {
    label: 'KL from the reference',
    group: 'dispersion',
    unit: 'nats',
    meaning: 'KL(reference || policy) per response, estimated on the reference samples.',
  },
  'dispersion/kl_k3': {
    label: 'KL from the reference, k3',
    group: 'dispersion',
    unit: 'nats',
    meaning:
      'The same by the estimate (r - 1) - log r with r = policy / reference, which is never below zero. One sample that became much likelier outweighs all others in it.',
  },
  'dispersion/kl_full': {
    label: 'KL from the reference, whole vocabulary',
    group: 'dispersion',
    unit: 'nats',
    meaning:
      'KL(reference || policy) per response on the reference samples, of the whole next-token distribution at each of their tokens: the same as the estimate, without the luck of single tokens.',
  },
  ...withTenths(
    'dispersion/kl_full_token',
    perToken(
      'KL per token, reference samples',
      'dispersion',
      'KL(reference || policy) of the next token over the whole vocabulary, mean along each reference sample.',
    ),
    'the samples',
  ),
  ...withTenths(
    'dispersion/kl_chosen',
    perToken(
      'KL per token, chosen',
      'dispersion',
      'The same along the chosen answers of the training probes: how much the policy changed where it was taught.',
    ),
    'the answers',
  ),
  'dispersion/entropy': {
    label: 'Entropy on probes',
    group: 'dispersion',
    unit: 'nats/token',
    meaning: 'Mean entropy of the next-token distribution over the response positions of the training probes.',
  },
  'dispersion/argmax_mass': {
    label: 'Mass of the likeliest token',
    group: 'dispersion',
    unit: 'share',
    meaning: 'Mean probability of the likeliest next token over the response positions of the training probes.',
  },
  'dispersion/top10_mass': {
    label: 'Mass of the ten likeliest tokens',
    group: 'dispersion',
    unit: 'share',
    meaning:
      'Mean probability of the ten likeliest next tokens together there. What is left of 1 is the mass of everything else.',
  },
} as const satisfies Record<string, ReadingInfo>
