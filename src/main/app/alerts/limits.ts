// Every limit of every rule, once: the lights of the three properties, the alerts and docs/alerts.md read this table.
// How they were chosen, and how often they are right: docs/alerts.md, `npm run bench:alerts`.
import type { AlertRule } from '#contract'
import type { SignalName } from './signals.ts'

/**
 * A signal on one side of a limit, itself included. `alarm` null: it alone never makes an alarm. `clear` is the lower limit that it
 * has to come back over before the alert ends. `ifKnown`: where the signal was not measured the condition holds.
 */
export type Condition = {
  signal: SignalName
  side: 'above' | 'below'
  watch: number
  alarm: number | null
  clear: number
  ifKnown?: true
}

/**
 * A rule holds when all conditions of one of its ways do. `hold` moments in a row raise the alert, and `release` moments in a row
 * within the lower limits end it. A moment is a step at which its signals were measured.
 */
export type Limits = { hold: number; release: number; ways: readonly (readonly Condition[])[] }

/** Changes smaller than this, in nats per token, count as standing still. */
export const STILL = 0.02

/** From this ratio of speeds on the rejected count as falling faster than the chosen move. */
export const FASTER = 2

const above = (signal: SignalName, watch: number, alarm: number | null, clear: number): Condition => ({
  ...{ signal, side: 'above', watch, alarm, clear },
})
const below = (signal: SignalName, watch: number, alarm: number | null, clear: number): Condition => ({
  ...{ signal, side: 'below', watch, alarm, clear },
})
/** A condition without levels: it holds or it does not. */
const atLeast = (signal: SignalName, limit: number, clear = limit) => above(signal, limit, limit, clear)
const atMost = (signal: SignalName, limit: number, clear = limit) => below(signal, limit, limit, clear)

export const limits: Readonly<Record<AlertRule, Limits>> = {
  'drastic-drop': {
    hold: 2,
    release: 2,
    ways: [
      [
        below('drop/train/rejected', -0.1, -0.5, -0.07),
        { ...above('drop/train/speed_ratio', FASTER, 4, 1.5), ifKnown: true },
      ],
    ],
  },
  'chosen-suppressed': {
    hold: 2,
    release: 2,
    ways: [
      [below('degradation/train/chosen', -0.05, -0.25, -0.03)],
      [above('degradation/train/share', 0.3, 0.6, 0.2), atMost('degradation/train/chosen', -STILL, -STILL / 2)],
    ],
  },
  'mass-to-unseen': {
    hold: 2,
    release: 2,
    ways: [
      [
        above('dispersion/other', 0.05, 0.25, 0.03),
        { ...atMost('degradation/train/chosen', STILL, 2 * STILL), ifKnown: true },
      ],
      [below('dispersion/sampled', -0.25, -1, -0.15)],
    ],
  },
  'entropy-collapse': { hold: 2, release: 2, ways: [[above('entropy/lost', 0.5, 0.8, 0.4)]] },
  'entropy-rises': { hold: 2, release: 2, ways: [[above('entropy/gained', 0.25, 2, 0.15)]] },
  'kl-spent': { hold: 2, release: 2, ways: [[above('dispersion/kl', 8, 25, 6)]] },
  'margin-saturated': {
    hold: 5,
    release: 5,
    ways: [[above('margin/usual', 4.6, null, 4), atLeast('accuracy/usual', 0.95, 0.9)]],
  },
  'heldout-falls': { hold: 2, release: 2, ways: [[above('heldout/accuracy_lost', 0.15, 0.3, 0.1)]] },
  repetition: { hold: 1, release: 1, ways: [[above('samples/repetition_gained', 0.2, 0.4, 0.1)]] },
  'nothing-moves': {
    hold: 2,
    release: 2,
    ways: [[{ ...atMost('probe/moved', 0.005, 0.01), alarm: null }, atLeast('progress', 0.5)]],
  },
  'loss-rising': { hold: 5, release: 5, ways: [[above('loss/above_lowest', 0.25, 1, 0.15)]] },
  'gradient-spike': { hold: 1, release: 10, ways: [[above('grad_norm/against_usual', 5, 20, 3)]] },
  'reward-not-carried': {
    hold: 2,
    release: 2,
    ways: [[atLeast('score/gained', 0.1, 0.05), { ...atMost('heldout/score_gained', 0), alarm: -0.1, clear: 0.02 }]],
  },
  'policy-drifts': { hold: 5, release: 5, ways: [[above('kl', 0.1, 0.5, 0.05)]] },
  'no-spread': { hold: 5, release: 5, ways: [[above('frac_reward_zero_std', 0.8, 1, 0.6)]] },
  'answers-cut': { hold: 5, release: 5, ways: [[above('completions/clipped_ratio', 0.5, 0.9, 0.3)]] },
  'overfitted-rewards': { hold: 2, release: 2, ways: [[above('heldout/log_loss_above_lowest', 0.1, 0.3, 0.05)]] },
  'nothing-ranked': {
    hold: 5,
    release: 5,
    ways: [[{ ...atMost('loss/gone', 0.01, 0.02), alarm: null }, atLeast('progress', 0.5)]],
  },
}
