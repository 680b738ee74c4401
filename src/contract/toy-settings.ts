// Each setting of the toy, once: the form, the terminal and the check read this table. What a method's coefficient means stands in the app's.
import type { Setting, SettingKind } from './setting.ts'
import { settingOf } from './settings.ts'
import { methodOwn, toyMethodNames } from './toy-methods.ts'

export type ToyGroup = 'data' | 'method' | 'model' | 'training'

export type ToySetting = SettingKind &
  Pick<Setting, 'key' | 'label' | 'symbol' | 'meaning' | 'unit' | 'default' | 'when'> & { group: ToyGroup }

const shaped = { key: 'model', is: ['mlp', 'transformer'] }

const own: readonly ToySetting[] = [
  {
    key: 'scenario',
    label: 'Scenario',
    group: 'data',
    kind: 'choice',
    choices: ['1', '2', '3', '4'],
    default: '1',
    meaning:
      "Which sides are on-policy (0.12 at the start) or off it (0.02), by the paper's Table 3: 1 both on, 2 chosen off, 3 rejected off, 4 both off.",
  },
  {
    key: 'prompts',
    label: 'Prompts',
    symbol: 'P',
    group: 'data',
    kind: 'integer',
    min: 2,
    max: 16,
    usual: [4, 8],
    default: 4,
    meaning: 'Prompts, each with one chosen response of its own.',
  },
  {
    key: 'responses',
    label: 'Responses',
    symbol: 'R',
    group: 'data',
    kind: 'integer',
    min: 5,
    max: 64,
    usual: [10, 40],
    default: 10,
    meaning: 'Responses to every prompt: P chosen ones, P rejected ones, the rest in no pair. More than 2 P.',
  },
  {
    key: 'pairs',
    label: 'Pairs',
    group: 'data',
    kind: 'choice',
    choices: ['fixed', 'redrawn'],
    default: 'fixed',
    meaning: 'One rejected response to each prompt, as in the paper’s Fig. 1, or another one drawn at every step.',
  },
  {
    key: 'method',
    label: 'Method',
    group: 'method',
    kind: 'choice',
    choices: toyMethodNames,
    default: 'dpo',
    meaning: 'What is minimised. ppo learns a reward model from the pairs first, and weighs every response exactly.',
  },
  {
    key: 'ppo_passes',
    label: 'Passes',
    group: 'method',
    kind: 'integer',
    min: 1,
    max: 100,
    usual: [1, 8],
    default: 4,
    meaning: 'Steps before the policy is looked at anew. With 1 it is the plain policy gradient.',
  },
  {
    key: 'reward_steps',
    label: 'Reward steps',
    group: 'method',
    kind: 'integer',
    min: 1,
    max: 100_000,
    usual: [100, 2000],
    default: 500,
    unit: 'steps',
    meaning: 'Steps of the reward model on the pairs.',
  },
  {
    key: 'reward_rate',
    label: 'Reward rate',
    group: 'method',
    kind: 'number',
    min: 1e-7,
    max: 1,
    usual: [1e-4, 1e-2],
    log: true,
    default: 1e-3,
    meaning: 'Learning rate of the reward model, which is of the same kind and size as the policy.',
  },
  {
    key: 'model',
    label: 'Model',
    group: 'model',
    kind: 'choice',
    choices: ['tabular', 'mlp', 'transformer'],
    default: 'mlp',
    meaning: 'A table of free logits shares nothing between prompts; the others do.',
  },
  {
    key: 'layers',
    label: 'Layers',
    group: 'model',
    kind: 'integer',
    min: 1,
    max: 6,
    usual: [1, 4],
    default: 3,
    when: { key: 'model', is: ['mlp'] },
    meaning: 'Linear layers, with ReLU between them. The paper’s toy has three.',
  },
  {
    key: 'width',
    label: 'Width',
    group: 'model',
    kind: 'integer',
    min: 2,
    max: 512,
    usual: [32, 256],
    default: 128,
    when: shaped,
    meaning: 'Hidden units of a layer. The paper names none; the curves depend on it.',
  },
  {
    key: 'fit',
    label: 'Fit',
    group: 'model',
    kind: 'choice',
    choices: ['all', 'readout'],
    default: 'all',
    when: shaped,
    meaning:
      'How the model is brought to the start: all layers by Adam, or the last one alone. Both end exactly at the table.',
  },
  {
    key: 'fit_rate',
    label: 'Rate of the fit',
    group: 'model',
    kind: 'number',
    min: 1e-5,
    max: 0.1,
    usual: [1e-4, 1e-3],
    log: true,
    default: 1e-3,
    when: { key: 'fit', is: ['all'] },
    meaning: 'Learning rate of Adam while all layers are fitted.',
  },
  {
    key: 'optimiser',
    label: 'Optimiser',
    group: 'training',
    kind: 'choice',
    choices: ['adam', 'rmsprop', 'momentum', 'sgd'],
    default: 'adam',
    meaning: 'With the defaults of PyTorch; momentum is 0.9. Every step sees all pairs.',
  },
  {
    key: 'learning_rate',
    label: 'Learning rate',
    group: 'training',
    kind: 'number',
    min: 0,
    max: 100,
    usual: [1e-5, 1e-2],
    log: true,
    default: 3e-4,
    meaning: 'Size of a step, the same throughout. The paper names none.',
  },
  {
    key: 'steps',
    label: 'Steps',
    group: 'training',
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    usual: [500, 10_000],
    default: 2000,
    unit: 'steps',
    meaning: 'Updates, each on all pairs: the epochs of the paper.',
  },
  {
    key: 'records',
    label: 'Records',
    group: 'training',
    kind: 'integer',
    min: 1,
    max: 400,
    usual: [50, 400],
    default: 200,
    meaning: 'How often the policy is read along the way, besides the start.',
  },
]

/** Of what methods read, all that means the same in the app's own table. */
const coefficients = [...methodOwn].flatMap((key): ToySetting[] => {
  const setting = settingOf(key)
  return setting ? [{ ...setting, group: 'method', when: undefined }] : []
})

/** In the order of the form. A method's own stand behind it. */
export const toySettings: readonly ToySetting[] = own.flatMap((setting) =>
  setting.key === 'method' ? [setting, ...coefficients] : [setting],
)

const byKey = new Map(toySettings.map((setting) => [setting.key, setting]))

/** The toy's setting of that key. */
export const toySettingOf = (key: string): ToySetting | undefined => byKey.get(key)
