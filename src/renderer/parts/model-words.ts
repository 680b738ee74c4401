// What a model is good for, the same wherever one is chosen.
import type { Model } from '#contract'

/** Whether it answers: a reward model only scores. */
export const canAnswer = ({ head }: Pick<Model, 'head'>) => head === 'language'

/** Whether it scores answers: a reward model. */
export const canScore = ({ head }: Pick<Model, 'head'>) => head === 'reward'
