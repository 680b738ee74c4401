// Each number that the toy reads, once, and the figures that a whole run comes to. All masses are exact.

export type ToyReadingInfo = { label: string; unit: '' | 'nats' | 'decades' | 'steps'; meaning: string }

const told = (label: string, meaning: string, unit: ToyReadingInfo['unit'] = ''): ToyReadingInfo => ({
  label,
  unit,
  meaning,
})

/** Of one recorded step, in the mean over prompts unless they say least or most. */
export const toyReadings = {
  loss: told('Loss', 'Mean loss of the pairs; of ppo, the clipped surrogate with its sign turned.', 'nats'),
  'chosen/mean': told('Chosen, mean', 'Probability of the chosen response.'),
  'chosen/min': told('Chosen, least', 'Probability of the chosen response of the prompt where it is least.'),
  'chosen/log10': told('Chosen, log10', 'log10 of the probability of the chosen response.', 'decades'),
  'rejected/mean': told('Rejected, mean', 'Probability of a rejected response of the prompt itself.'),
  'rejected/max': told('Rejected, most', 'Probability of the rejected response where it is most.'),
  'rejected/log10': told('Rejected, log10', 'log10 of the probability of a rejected response.', 'decades'),
  'unseen/mass': told('Unseen', 'Probability of all that is neither chosen nor rejected for the prompt, together.'),
  'unseen/other_chosen': told(
    'Others’ chosen',
    'Probability of the responses that other prompts have as chosen, together.',
  ),
  'unseen/other_rejected': told(
    'Others’ rejected',
    'Probability of the responses that only other prompts reject, together.',
  ),
  'unseen/never': told('In no pair', 'Probability of the responses that no pair holds, together.'),
  'unseen/mean': told(
    'Unseen, mean',
    'Probability of one response that is neither chosen nor rejected: the paper’s curve.',
  ),
  entropy: told('Entropy', 'Entropy of the policy, exact.', 'nats'),
  kl: told('KL to the start', 'KL(π || π₀), exact.', 'nats'),
  'pull/chosen': told(
    'Pull on chosen',
    '|∂l/∂log π⁺|: how hard the loss pulls at the log-probability of the chosen response.',
  ),
  'pull/rejected': told(
    'Pull on rejected',
    '|∂l/∂log π⁻|: how hard it pulls at that of the rejected one. DPO’s two are equal.',
  ),
  'gradient/chosen': told(
    'Gradient of chosen',
    'log10 |∂l/∂π⁺|, which is the pull divided by π⁺: what the paper draws.',
    'decades',
  ),
  'gradient/rejected': told(
    'Gradient of rejected',
    'log10 |∂l/∂π⁻|, which is the pull divided by π⁻: what the paper draws.',
    'decades',
  ),
  'geometry/dot': told('⟨g⁺, g⁻⟩', 'Product of the gradients of log π⁺ and log π⁻ over all parameters.'),
  'geometry/chosen': told('‖g⁺‖²', 'Squared norm of the gradient of log π⁺ over all parameters.'),
  'geometry/rejected': told('‖g⁻‖²', 'Squared norm of the gradient of log π⁻ over all parameters.'),
  'geometry/entangled': told(
    'Entangled pairs',
    'Share of pairs with ⟨g⁺, g⁻⟩ above ‖g⁺‖²: their own step lowers the chosen response too.',
  ),
  'geometry/speed': told(
    'Speed of chosen',
    'First-order change of log π⁺ under plain gradient descent on all pairs, per unit of learning rate.',
    'nats',
  ),
} as const satisfies Record<string, ToyReadingInfo>

export type ToyReadingName = keyof typeof toyReadings

/** The masses and distances of a step that stand in its line or beside its table. */
export const stepReadings: readonly ToyReadingName[] = [
  ...(['chosen/mean', 'chosen/min', 'rejected/log10', 'unseen/mass'] as const),
  ...(['unseen/other_chosen', 'unseen/other_rejected', 'unseen/never', 'entropy', 'kl'] as const),
]

/** Of a whole run. */
export const toyFigures = {
  chosen_peak: told('Chosen, peak', 'Highest mean probability of the chosen responses.'),
  chosen_peak_step: told('at step', 'The recorded step of that peak.', 'steps'),
  chosen_last: told('Chosen, end', 'Mean probability of the chosen responses after the last step.'),
  chosen_decline: told('Degradation', 'How far the chosen responses end below their peak.'),
  chosen_min_last: told('Least chosen, end', 'Probability of the chosen response that is least likely at the end.'),
  rejected_last_log10: told(
    'Rejected, end',
    'log10 of the probability of the rejected responses at the end.',
    'decades',
  ),
  unseen_first: told('Unseen, start', 'Mass on neither chosen nor rejected at the start.'),
  unseen_last: told('Unseen, end', 'Mass on neither chosen nor rejected at the end.'),
  unseen_rise: told('Dispersion', 'How far the unseen mass ends above its lowest point.'),
  other_chosen_last: told('Others’ chosen', 'Mass on what other prompts have as chosen, at the end.'),
  other_rejected_last: told('Others’ rejected', 'Mass on what only other prompts reject, at the end.'),
  never_last: told('In no pair', 'Mass on what no pair holds, at the end.'),
  entropy_last: told('Entropy, end', 'Entropy of the policy at the end.', 'nats'),
  kl_last: told('KL, end', 'KL(π || π₀) at the end.', 'nats'),
} as const satisfies Record<string, ToyReadingInfo>

export type ToyFigureName = keyof typeof toyFigures

/** The columns of a grid's table. */
export const gridFigures: readonly ToyFigureName[] = [
  ...(['chosen_peak', 'chosen_peak_step', 'chosen_last', 'chosen_decline', 'rejected_last_log10'] as const),
  ...(['unseen_last', 'unseen_rise', 'other_chosen_last', 'never_last'] as const),
]
