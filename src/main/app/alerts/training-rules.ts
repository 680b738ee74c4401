// Rules over the steps of training, over pairs that were held out, and over sample answers.
import { percent, times } from '../judgement-words.ts'
import type { Rule } from './rule.ts'

export const trainingRules = {
  'margin-saturated': {
    title: 'Margin saturated',
    of: ['pairs'],
    sentence: (seen) =>
      `The margin in training is ${(seen('margin/usual') ?? 0).toFixed(1)} nats and ${percent(seen('accuracy/usual') ?? 0)} of pairs are in order: a logistic loss has less than a hundredth of its gradient left.`,
    cause: 'The training pairs are told apart. More steps on them move the policy further without teaching it more.',
    next: ['stop-there', 'higher-beta'],
  },
  'heldout-falls': {
    title: 'Held-out accuracy falls',
    of: ['pairs'],
    sentence: (seen) =>
      `Accuracy on held-out pairs is ${((seen('heldout/accuracy_lost') ?? 0) * 100).toFixed(0)} points below its best.`,
    cause: 'The run learns its training pairs by heart, or has left the region where its loss means what it should.',
    next: ['stop-there', 'lower-rate'],
  },
  repetition: {
    title: 'Answers repeat themselves',
    of: ['pairs', 'prompts'],
    sentence: (seen) =>
      `In the sample answers ${percent(seen('samples/repetition_gained') ?? 0)} more of the text is repetition than before training.`,
    cause: 'The end of an answer, or what leads to it, has lost its likelihood with the rejected answers.',
    next: ['lower-rate', 'higher-beta', 'higher-kl-weight'],
  },
  'loss-rising': {
    title: 'Loss rises',
    of: ['pairs', 'rewards'],
    sentence: (seen) =>
      `The loss is above its lowest by ${percent(seen('loss/above_lowest') ?? 0)} of what it began with.`,
    cause: 'The steps overshoot: each undoes more than it gains.',
    next: ['lower-rate'],
  },
  'gradient-spike': {
    title: 'Gradient spike',
    of: ['pairs', 'prompts', 'rewards'],
    sentence: (seen) => `The gradient norm was ${times(seen('grad_norm/against_usual') ?? 0)} its usual value.`,
    cause:
      'One batch pulls much harder than others: a pair with a wrong label, a very long answer, or a loss at its edge.',
    next: ['larger-step'],
  },
  'overfitted-rewards': {
    title: 'Held-out log loss rises',
    of: ['rewards'],
    sentence: (seen) =>
      `The log loss on held-out pairs is ${(seen('heldout/log_loss_above_lowest') ?? 0).toFixed(2)} nats above its lowest.`,
    cause: 'The reward model learns its training pairs by heart and grows too sure of itself.',
    next: ['stop-there', 'lower-rate'],
  },
  'nothing-ranked': {
    title: 'Nothing is ranked',
    of: ['rewards'],
    sentence: (seen) =>
      `Half of the run is done, and ${percent(Math.max(0, seen('loss/gone') ?? 0))} of the loss it began with is gone: the reward model tells chosen from rejected no better than at first.`,
    cause:
      'While the gradient is mostly noise, AdamW moves weights as far by it as by what is to be learnt, and the model forgets what it would rank by. Smaller steps over more pairs each forget less; where the rate is small already, more of it or more steps are what is left.',
    next: ['lower-rate', 'larger-step'],
  },
} as const satisfies Record<string, Rule>
