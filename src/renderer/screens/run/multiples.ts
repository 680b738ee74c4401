// The small multiples under a run's properties: which readings share a chart, and how each is drawn.
import { readings, type Method, type ReadingName } from '#contract'
import { column, type Columns } from '../../parts/charts/columns.ts'
import type { Extent } from '../../parts/charts/scale.ts'
import type { Series } from '../../parts/charts/series.ts'

type Line = { reading: ReadingName; label: string; colour: string; dash?: readonly number[]; smooth?: boolean }

export type Multiple = {
  title: string
  unit: string
  meaning: string
  lines: readonly Line[]
  zero?: boolean
  least?: Extent
  /** Shown only where the method learns from one of these. */
  of?: readonly Method['learns'][]
  /** Shown once something was read: not every method tells it. */
  whenRead?: true
  /** Left out of runs on answers alone, which cannot tell it. */
  ofPairs?: true
}

const training = 'var(--ink)'
const heldout = { label: 'held-out', colour: 'var(--ink-soft)', dash: [3, 3] }

/** The charts of a run whose method learns from these, of pairs or of answers alone. */
export function multiplesOf(learns: Method['learns'], alone = false): readonly Multiple[] {
  const own = multiples.filter(({ of, ofPairs }) => (of === undefined || of.includes(learns)) && !(alone && ofPairs))
  return alone ? own.map((multiple) => ({ ...multiple, lines: multiple.lines.map(saidAlone) })) : own
}

/** The side of a good answer alone is called chosen where it is measured, that of a bad one rejected. */
export function saidAlone<T extends { label: string }>(line: T): T {
  return { ...line, label: line.label.replace(/^chosen$/, 'good').replace(/rejected$/, 'bad') }
}

const likelihoods: Multiple['of'] = ['pairs', 'prompts']

export const multiples: readonly Multiple[] = [
  {
    title: 'Score',
    unit: 'share',
    meaning: readings.reward.meaning,
    least: [0, 1],
    of: ['prompts'],
    lines: [
      { reading: 'reward', label: 'sampled', colour: training, smooth: true },
      { reading: 'probe/heldout/score_sampled', ...heldout, label: 'held-out, sampled' },
      { reading: 'probe/heldout/score', label: 'held-out, greedy', colour: 'var(--ink-soft)', dash: [1, 2] },
    ],
  },
  {
    title: 'Value loss',
    whenRead: true,
    unit: '',
    meaning: readings['loss/value_avg'].meaning,
    least: [0, 0],
    of: ['prompts'],
    lines: [{ reading: 'loss/value_avg', label: 'values', colour: training, smooth: true }],
  },
  {
    title: 'Drift within a step',
    whenRead: true,
    unit: 'nats/token',
    meaning: readings['policy/approxkl_avg'].meaning,
    least: [0, 0],
    of: ['prompts'],
    lines: [{ reading: 'policy/approxkl_avg', label: 'drift', colour: training, smooth: true }],
  },
  {
    title: 'Groups without spread',
    unit: 'share of groups',
    meaning: readings.frac_reward_zero_std.meaning,
    least: [0, 1],
    of: ['prompts'],
    lines: [{ reading: 'frac_reward_zero_std', label: 'groups', colour: training, smooth: true }],
  },
  {
    title: 'Length of answers',
    unit: 'tokens',
    meaning: readings['completions/mean_length'].meaning,
    least: [0, 0],
    of: ['prompts'],
    lines: [{ reading: 'completions/mean_length', label: 'tokens', colour: training, smooth: true }],
  },
  {
    title: 'Loss',
    unit: 'nats',
    meaning: readings.loss.meaning,
    lines: [{ reading: 'loss', label: 'loss', colour: training, smooth: true }],
  },
  {
    title: 'Accuracy of rewards',
    unit: 'share of pairs',
    meaning: readings['probe/heldout/reward_accuracy'].meaning,
    least: [0, 1],
    of: ['rewards'],
    lines: [
      { reading: 'accuracy', label: 'training', colour: training, smooth: true },
      { reading: 'probe/heldout/reward_accuracy', ...heldout },
    ],
  },
  {
    title: 'Margin of rewards',
    unit: '',
    meaning: readings.margin.meaning,
    zero: true,
    of: ['rewards'],
    lines: [
      { reading: 'margin', label: 'training', colour: training, smooth: true },
      { reading: 'probe/heldout/reward_margin', ...heldout },
    ],
  },
  {
    title: 'Log loss, held-out',
    unit: 'nats',
    meaning: readings['probe/heldout/log_loss'].meaning,
    least: [0, 0],
    of: ['rewards'],
    lines: [{ reading: 'probe/heldout/log_loss', label: 'log loss', colour: 'var(--ink-soft)', dash: [3, 3] }],
  },
  {
    title: 'Calibration error, held-out',
    unit: 'share',
    meaning: readings['probe/heldout/calibration_error'].meaning,
    least: [0, 0],
    of: ['rewards'],
    lines: [{ reading: 'probe/heldout/calibration_error', label: 'error', colour: 'var(--ink-soft)', dash: [3, 3] }],
  },
  {
    title: 'Rewards',
    unit: '',
    meaning: readings.mean_reward.meaning,
    zero: true,
    of: ['rewards'],
    lines: [
      { reading: 'max_reward', label: 'highest', colour: 'var(--chosen)', smooth: true },
      { reading: 'mean_reward', label: 'mean', colour: training, smooth: true },
      { reading: 'min_reward', label: 'lowest', colour: 'var(--rejected)', smooth: true },
    ],
  },
  {
    title: 'Margin',
    of: likelihoods,
    unit: 'nats',
    meaning: readings['rewards/margins'].meaning,
    zero: true,
    lines: [
      { reading: 'rewards/margins', label: 'training', colour: training, smooth: true },
      { reading: 'probe/heldout/margin', ...heldout },
    ],
  },
  {
    title: 'Good above bad, held-out',
    of: ['pairs'],
    whenRead: true,
    unit: 'share',
    meaning: readings['probe/heldout/auc'].meaning,
    least: [0, 1],
    lines: [{ reading: 'probe/heldout/auc', ...heldout }],
  },
  {
    title: 'Accuracy',
    of: likelihoods,
    ofPairs: true,
    unit: 'share of pairs',
    meaning: readings['rewards/accuracies'].meaning,
    least: [0, 1],
    lines: [
      { reading: 'rewards/accuracies', label: 'training', colour: training, smooth: true },
      { reading: 'probe/heldout/accuracy', ...heldout },
    ],
  },
  {
    title: 'Log-probability',
    unit: 'nats/token',
    of: ['pairs'],
    meaning: readings['logps_per_token/chosen'].meaning,
    lines: [
      { reading: 'logps_per_token/chosen', label: 'chosen', colour: 'var(--chosen)', smooth: true },
      { reading: 'logps_per_token/rejected', label: 'rejected', colour: 'var(--rejected)', smooth: true },
    ],
  },
  {
    title: 'Entropy',
    of: likelihoods,
    unit: 'nats/token',
    meaning: readings.entropy.meaning,
    lines: [
      { reading: 'entropy', label: 'training', colour: training, smooth: true },
      { reading: 'dispersion/entropy', label: 'probes', colour: 'var(--ink-soft)', dash: [3, 3] },
    ],
  },
  {
    title: 'KL from the reference',
    of: likelihoods,
    unit: 'nats/answer',
    meaning: readings['dispersion/kl'].meaning,
    zero: true,
    lines: [
      { reading: 'dispersion/kl_full', label: 'whole', colour: 'var(--ink)' },
      { reading: 'dispersion/kl', label: 'sampled', colour: 'var(--unseen)' },
      { reading: 'dispersion/kl_k3', label: 'k3', colour: 'var(--unseen)', dash: [3, 3] },
    ],
  },
  {
    title: 'KL per token',
    of: likelihoods,
    whenRead: true,
    unit: 'nats/token',
    meaning: `${readings['dispersion/kl_full_token'].meaning} ${readings['dispersion/kl_chosen'].meaning}`,
    least: [0, 0],
    lines: [
      { reading: 'dispersion/kl_chosen', label: 'chosen', colour: 'var(--chosen)' },
      { reading: 'dispersion/kl_full_token', label: 'samples', colour: 'var(--unseen)', dash: [3, 3] },
    ],
  },
  {
    title: 'Other unseen answers',
    of: likelihoods,
    whenRead: true,
    unit: 'nats/token',
    meaning:
      'Change of log-probability per token, against the reference, of answers that no pair has for the prompt. A near miss follows the chosen; a shuffle should stay where it was.',
    zero: true,
    lines: [
      { reading: 'dispersion/near_miss', label: 'near misses', colour: 'var(--chosen)', dash: [6, 3] },
      { reading: 'dispersion/shuffled', label: 'shuffled', colour: 'var(--unseen)', dash: [1, 2] },
      { reading: 'dispersion/other_rejected', label: 'others’ rejected', colour: 'var(--rejected)', dash: [6, 3] },
      { reading: 'dispersion/resampled', label: 're-samples', colour: 'var(--unseen)' },
      { reading: 'dispersion/out_of_domain', label: 'out of domain', colour: 'var(--ink)' },
    ],
  },
  {
    title: 'Pull of rejected on chosen',
    of: likelihoods,
    whenRead: true,
    unit: '',
    meaning: readings['geometry/pull'].meaning,
    zero: true,
    least: [0, 1],
    lines: [
      { reading: 'geometry/pull', label: 'median', colour: 'var(--rejected)' },
      { reading: 'geometry/pull/p90', label: '90 %', colour: 'var(--rejected)', dash: [3, 3] },
      { reading: 'geometry/pull/p10', label: '10 %', colour: 'var(--rejected)', dash: [1, 2] },
    ],
  },
  {
    title: 'Pairs whose chosen is pulled down',
    of: likelihoods,
    whenRead: true,
    unit: 'share of pairs',
    meaning: readings['geometry/chosen_falls'].meaning,
    least: [0, 1],
    lines: [{ reading: 'geometry/chosen_falls', label: 'pairs', colour: 'var(--chosen)' }],
  },
  {
    title: 'Gradients of the two answers',
    of: likelihoods,
    whenRead: true,
    unit: 'norm',
    meaning: readings['geometry/chosen_norm'].meaning,
    least: [0, 0],
    lines: [
      { reading: 'geometry/chosen_norm', label: 'chosen', colour: 'var(--chosen)' },
      { reading: 'geometry/rejected_norm', label: 'rejected', colour: 'var(--rejected)' },
    ],
  },
  {
    title: 'Mass of the likeliest tokens',
    of: likelihoods,
    whenRead: true,
    unit: 'share',
    meaning: `${readings['dispersion/argmax_mass'].meaning} ${readings['dispersion/top10_mass'].meaning}`,
    least: [0, 1],
    lines: [
      { reading: 'dispersion/argmax_mass', label: 'likeliest', colour: 'var(--unseen)' },
      { reading: 'dispersion/top10_mass', label: 'ten likeliest', colour: 'var(--unseen)', dash: [3, 3] },
    ],
  },
  {
    title: 'Length bias',
    of: likelihoods,
    whenRead: true,
    unit: 'correlation',
    meaning: readings['length/correlation'].meaning,
    zero: true,
    least: [-1, 1],
    lines: [{ reading: 'length/correlation', label: 'pairs', colour: training }],
  },
  {
    title: 'Length of sampled answers',
    of: likelihoods,
    whenRead: true,
    unit: 'tokens',
    meaning: readings['answers/mean_length'].meaning,
    least: [0, 0],
    lines: [{ reading: 'answers/mean_length', label: 'tokens', colour: training }],
  },
  {
    title: 'Repetition in answers',
    of: likelihoods,
    whenRead: true,
    unit: 'share',
    meaning: `${readings['answers/repetition'].meaning} ${readings['answers/degenerate'].meaning}`,
    least: [0, 1],
    lines: [
      { reading: 'answers/repetition', label: 'repeated', colour: training },
      { reading: 'answers/degenerate', label: 'degenerate', colour: 'var(--rejected)', dash: [3, 3] },
    ],
  },
  {
    title: 'Gradient norm',
    unit: '',
    meaning: readings.grad_norm.meaning,
    least: [0, 0],
    lines: [{ reading: 'grad_norm', label: 'norm', colour: training, smooth: true }],
  },
  {
    title: 'Learning rate',
    unit: '',
    meaning: readings.learning_rate.meaning,
    least: [0, 0],
    lines: [{ reading: 'learning_rate', label: 'rate', colour: training }],
  },
  {
    title: 'Throughput',
    unit: 'pairs/s',
    meaning: readings['pace/pairs_per_second'].meaning,
    least: [0, 0],
    lines: [{ reading: 'pace/pairs_per_second', label: 'pairs/s', colour: training, smooth: true }],
  },
  {
    title: 'Time for measuring',
    whenRead: true,
    unit: 'share of time',
    meaning: readings['pace/diagnostics_share'].meaning,
    least: [0, 0.2],
    lines: [{ reading: 'pace/diagnostics_share', label: 'measuring', colour: training }],
  },
]

/** The lines of a chart with their values on the axis; a line that was never read is left out once others were. */
export function seriesOf({ lines }: Multiple, columns: Columns, placeOf: (step: number) => number): Series[] {
  const all = lines.map(({ reading, label, colour, dash, smooth }): Series => {
    const { steps, values } = column(columns, reading)
    return { key: reading, label, colour, dash, smooth, steps, xs: steps.map(placeOf), ys: values }
  })
  const read = all.filter(({ ys }) => ys.length > 0)
  return read.length > 0 ? read : all
}
