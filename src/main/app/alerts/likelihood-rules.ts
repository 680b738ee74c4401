// Rules over the likelihoods of probes: the three properties, entropy, distance from the reference, and a run that does not move.
import { inWords, percent, times } from '../judgement-words.ts'
import type { Rule, Seen } from './rule.ts'

const likelihoods = ['pairs', 'prompts'] as const
const change = (seen: Seen, signal: Parameters<Seen>[0]) => {
  const value = seen(signal)
  return value === null ? null : inWords(value)
}
const joined = (parts: readonly (string | null)[]) => `${parts.filter((part) => part !== null).join('; ')}.`

export const likelihoodRules = {
  'drastic-drop': {
    title: 'Rejected answers drop',
    property: 'drop',
    of: likelihoods,
    sentence(seen) {
      const ratio = seen('drop/train/speed_ratio')
      const compared = ratio === null ? '' : `, ${times(ratio)} as far as the chosen moved`
      return `The rejected answers ${change(seen, 'drop/train/rejected') ?? 'fell'}${compared}.`
    },
    cause:
      'The loss rewards distance between the two answers, and pushing the rejected one down is the shorter way. Large steps make it worse.',
    next: ['lower-rate'],
    alone: {
      title: 'Bad answers drop',
      sentence(seen) {
        const ratio = seen('drop/train/speed_ratio')
        const compared = ratio === null ? '' : `, ${times(ratio)} as far as the good moved`
        return `The bad answers ${change(seen, 'drop/train/rejected') ?? 'fell'}${compared}.`
      },
      cause: 'The loss pushes bad answers down until they are far below the reference. Large steps make it worse.',
    },
  },
  'chosen-suppressed': {
    title: 'Chosen answers fall',
    property: 'degradation',
    of: likelihoods,
    sentence(seen) {
      const share = seen('degradation/train/share')
      return joined([
        `The chosen answers ${change(seen, 'degradation/train/chosen') ?? 'fell'}, where they should gain`,
        share === null ? null : `in ${percent(share)} of pairs they fell although their lead over the rejected grew`,
      ])
    },
    cause:
      'Chosen and rejected answers share much of their text, so that pushing one down can pull the other along. It usually grows with step size and number of steps.',
    next: ['higher-beta', 'stop-there'],
    alone: {
      title: 'Good answers fall',
      sentence: (seen) =>
        `The good answers ${change(seen, 'degradation/train/chosen') ?? 'fell'}, where they should gain.`,
      cause:
        'Good and bad answers share much of their text, so that pushing the bad ones down can pull the good ones along. It usually grows with step size and number of steps.',
    },
  },
  'mass-to-unseen': {
    title: 'Likelihood moves to unseen answers',
    property: 'dispersion',
    of: likelihoods,
    sentence(seen) {
      const [others, own] = [change(seen, 'dispersion/other'), change(seen, 'dispersion/sampled')]
      return joined([
        others && `Answers to other prompts ${others}`,
        own && `${others ? 'the' : 'The'} model's own earlier answers ${own}`,
      ])
    },
    cause:
      'What the trained answers lose goes to answers that the pairs do not contain. It usually follows when the policy has moved far from the reference.',
    next: ['lower-rate', 'higher-beta'],
  },
  'entropy-collapse': {
    title: 'Entropy collapses',
    of: likelihoods,
    sentence: (seen) =>
      `${percent(seen('entropy/lost') ?? 0)} of the entropy on probes is gone: the model puts nearly all on one next token.`,
    cause:
      'Pushing tokens down gives what they lose to the token that was likeliest already. The model then answers the same whatever is drawn.',
    next: ['lower-rate', 'higher-beta', 'higher-kl-weight'],
  },
  'entropy-rises': {
    title: 'Entropy rises',
    of: likelihoods,
    sentence: (seen) =>
      `The entropy on probes has grown by ${percent(seen('entropy/gained') ?? 0)}: the model is less sure of the next token of its own answers.`,
    cause:
      'Likelihood that the trained answers lose is spread over tokens that nobody asked for. Sampled answers then go wrong more often.',
    next: ['lower-rate', 'higher-beta', 'higher-kl-weight'],
  },
  'kl-spent': {
    title: 'Far from the reference',
    of: likelihoods,
    sentence: (seen) =>
      `The policy is ${(seen('dispersion/kl') ?? 0).toFixed(1)} nats an answer away from the reference (KL, from its samples).`,
    cause:
      'What is gained on the pairs is paid for in distance from the reference. Beyond some nats an answer other abilities usually go with it.',
    next: ['higher-beta', 'higher-kl-weight', 'stop-there'],
  },
  'nothing-moves': {
    title: 'Nothing moves',
    of: likelihoods,
    sentence: (seen) =>
      `Half of the run is done, and neither chosen nor rejected answers have moved by more than ${(seen('probe/moved') ?? 0).toFixed(3)} nats a token.`,
    cause: 'The steps are too small for their number, or the loss has no gradient to give.',
    next: ['higher-rate'],
  },
} as const satisfies Record<string, Rule>
