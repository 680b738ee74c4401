// Each rule raised and not raised by readings made by hand, what it says, and the change that it advises.
import { expect, test } from 'vitest'
import { AlertRule, parseSettings, readings as known, type ReadingName, type Run, type RunId } from '#contract'
import { openCourse } from '../../../../src/main/app/alerts/course.ts'
import { episodes } from '../../../../src/main/app/alerts/hysteresis.ts'
import { limits } from '../../../../src/main/app/alerts/limits.ts'
import { repetitionOf } from '../../../../src/main/app/alerts/repetition.ts'
import { rulesOf } from '../../../../src/main/app/alerts/rules.ts'
import { signal } from '../../../../src/main/app/alerts/signals.ts'
import { toldAlert } from '../../../../src/main/app/alerts/told.ts'

type Courses = Partial<Record<ReadingName, readonly number[]>>

const steps = 40
function courseOf(values: Courses, every = 5, answers: readonly string[] = []) {
  const course = openCourse(steps)
  for (const [name, list] of Object.entries(values))
    course.read(list.map((value, i) => ({ step: i * every, name, value })))
  course.sampled(answers.map((text, i) => ({ step: i * every, index: 0, prompt: '?', text })))
  return course
}
const levels = (rule: AlertRule, ...given: Parameters<typeof courseOf>) =>
  episodes(limits[rule], courseOf(...given), []).map(({ level, raisedStep, clearedStep }) => [
    level,
    raisedStep,
    clearedStep,
  ])
const flat = (value: number, n: number) => Array.from({ length: n }, () => value)

test('drastic drop: fast and far, and both for two probes', () => {
  const rejected = [0, -0.05, -0.2, -0.6, -0.7, -0.8]
  const ratio = (value: number) => ({ 'drop/train/speed_ratio': flat(value, 6) })
  expect(levels('drastic-drop', { 'drop/train/rejected': rejected, ...ratio(6) })).toEqual([['alarm', 15, null]])
  expect(levels('drastic-drop', { 'drop/train/rejected': rejected, ...ratio(3) })).toEqual([['watch', 15, null]])
  expect(levels('drastic-drop', { 'drop/train/rejected': rejected, ...ratio(1.2) })).toEqual([])
})

test('chosen suppressed: they fall, or many fall although the margin grows', () => {
  expect(levels('chosen-suppressed', { 'degradation/train/chosen': [0, -0.1, -0.1, -0.01, 0.02] })).toEqual([
    ['watch', 10, 20],
  ])
  const share = { 'degradation/train/share': [0, 0.7, 0.7] }
  expect(levels('chosen-suppressed', { ...share, 'degradation/train/chosen': [0, -0.03, -0.03] })).toEqual([
    ['alarm', 10, null],
  ])
  expect(levels('chosen-suppressed', { ...share, 'degradation/train/chosen': [0, 0.1, 0.1] })).toEqual([])
})

test('mass to unseen: others gain while the chosen do not, or own samples lose', () => {
  const others = { 'dispersion/other': [0, 0.1, 0.1] }
  expect(levels('mass-to-unseen', { ...others, 'degradation/train/chosen': [0, -0.1, -0.1] })).toEqual([
    ['watch', 10, null],
  ])
  expect(levels('mass-to-unseen', { ...others, 'degradation/train/chosen': [0, 0.3, 0.3] })).toEqual([])
  expect(levels('mass-to-unseen', { 'dispersion/sampled': [0, -2, -3] })).toEqual([['alarm', 10, null]])
})

test('entropy, KL and held-out accuracy are measured against what they were', () => {
  expect(levels('entropy-collapse', { 'dispersion/entropy': [0.4, 0.1, 0.1, 0.3, 0.3] })).toEqual([['watch', 10, 20]])
  expect(levels('entropy-collapse', { 'dispersion/entropy': [0.4, 0.3, 0.3] })).toEqual([])
  expect(levels('entropy-rises', { 'dispersion/entropy': [0.1, 0.14, 0.14] })).toEqual([['watch', 10, null]])
  expect(levels('kl-spent', { 'dispersion/kl': [0, 30, 30] })).toEqual([['alarm', 10, null]])
  expect(levels('kl-spent', { 'dispersion/kl': [-0.2, 1, 2] })).toEqual([])
  expect(levels('heldout-falls', { 'probe/heldout/accuracy': [0.5, 0.8, 0.6, 0.55, 0.78, 0.8] })).toEqual([
    ['watch', 15, 25],
  ])
  expect(levels('overfitted-rewards', { 'probe/heldout/log_loss': [0.69, 0.5, 0.9, 0.9] })).toEqual([
    ['alarm', 15, null],
  ])
})

test('margin saturated: over many steps, and not while pairs are out of order', () => {
  const margins = flat(6, 12)
  expect(levels('margin-saturated', { 'rewards/margins': margins, 'rewards/accuracies': flat(1, 12) }, 1)).toEqual([
    ['watch', 4, null],
  ])
  expect(levels('margin-saturated', { 'rewards/margins': margins, 'rewards/accuracies': flat(0.6, 12) }, 1)).toEqual([])
})

test('nothing moves: only after half of the run', () => {
  const still = flat(0.001, 9)
  expect(levels('nothing-moves', { 'degradation/train/chosen': still, 'drop/train/rejected': still })).toEqual([
    ['watch', 25, null],
  ])
  expect(levels('nothing-moves', { 'degradation/train/chosen': still, 'drop/train/rejected': flat(-0.2, 9) })).toEqual(
    [],
  )
})

test('nothing ranked: a loss that stands still after half of the run, at every step', () => {
  const loss = [0.6931, ...flat(0.691, 39)]
  expect(levels('nothing-ranked', { loss }, 1)).toEqual([['watch', 24, null]])
  expect(levels('nothing-ranked', { loss: [...loss.slice(0, 26), ...flat(0.6, 14)] }, 1)).toEqual([['watch', 24, 31]])
  expect(levels('nothing-ranked', { loss: [0.6931, ...flat(0.68, 39)] }, 1)).toEqual([])
  // A margin that the loss asks for raises it from the first step on: what counts is what of it is gone.
  expect(levels('nothing-ranked', { loss: [1.31, ...flat(1.308, 39)] }, 1)).toEqual([['watch', 24, null]])
})

test('loss and gradient: a rise that lasts, and a spike that does not', () => {
  const loss = [...flat(0.7, 8), ...flat(0.3, 8), ...flat(0.9, 16)]
  expect(levels('loss-rising', { loss }, 1)[0]?.[0]).toBe('watch')
  expect(levels('loss-rising', { loss: [...flat(0.7, 8), ...flat(0.3, 24)] }, 1)).toEqual([])
  const norm = [...flat(1, 10), 30, ...flat(1, 12)]
  expect(levels('gradient-spike', { grad_norm: norm }, 1)).toEqual([['alarm', 10, 20]])
  expect(levels('gradient-spike', { grad_norm: [30, ...flat(1, 22)] }, 1)).toEqual([])
})

test('repetition: of the sample answers, against what they were before', () => {
  const loop = 'so it is so it is so it is so it is so it is'
  expect(levels('repetition', {}, 10, ['It is 4.', 'It is 5.', loop])).toEqual([['alarm', 20, null]])
  expect(levels('repetition', {}, 10, [loop, loop])).toEqual([])
  expect(repetitionOf('')).toBe(0)
  expect(repetitionOf('one two three')).toBe(0)
  expect(repetitionOf('1 1 1 1 1 1 1 1')).toBeCloseTo(1 - 1 / 5)
  expect(repetitionOf('77777777')).toBeCloseTo(1 - 1 / 5)
  expect(repetitionOf('35 + 3 = 38. The answer is 38.')).toBe(0)
})

test('prompts: a score that does not carry over, drift, no spread, answers cut off', () => {
  const reward = Array.from({ length: 20 }, (_, i) => 0.2 + 0.03 * i)
  const course = courseOf({ reward }, 1)
  course.read([0, 14, 20].map((step) => ({ step, name: 'probe/heldout/score_sampled', value: 0.3 - 0.01 * step })))
  expect(signal(course, 'score/gained').map(({ step }) => step)).toEqual([14, 20])
  expect(episodes(limits['reward-not-carried'], course, []).map(({ level }) => level)).toEqual(['alarm'])
  expect(levels('policy-drifts', { kl: [...flat(0.01, 5), ...flat(0.2, 5)] }, 1)).toEqual([['watch', 9, null]])
  expect(levels('no-spread', { frac_reward_zero_std: flat(1, 6) }, 1)).toEqual([['alarm', 4, null]])
  expect(levels('answers-cut', { 'completions/clipped_ratio': flat(0.6, 6) }, 1)).toEqual([['watch', 4, null]])
})

test('every rule is asked of some method, of readings that there are, with a lower limit inside the upper', () => {
  const asked = new Set((['dpo', 'grpo', 'reward-model'] as const).flatMap(rulesOf))
  expect([...asked].sort()).toEqual([...AlertRule.options].sort())
  expect(rulesOf('reward-model')).not.toContain('drastic-drop')
  for (const condition of Object.values(limits).flatMap(({ ways }) => ways.flat())) {
    const { side, watch, alarm, clear } = condition
    const outward = (a: number, b: number) => (side === 'above' ? a >= b : a <= b)
    expect(outward(watch, clear), condition.signal).toBe(true)
    if (alarm !== null && condition.ifKnown === undefined && watch !== clear)
      expect(outward(alarm, watch), condition.signal).toBe(true)
  }
  expect(Object.keys(known).length).toBeGreaterThan(50)
})

const run = (settings: Run['settings'] = {}) =>
  ({
    id: 3 as RunId,
    steps: 40,
    method: 'dpo',
    settings: { ...parseSettings('dpo', {}), ...settings },
  }) as unknown as Run
const stored = {
  ...{ rule: 'chosen-suppressed', level: 'alarm' as const, steadyStep: 15, since: 20, raisedStep: 25 },
  ...{ raisedAt: '2026-01-01T00:00:00.000Z', clearedStep: null, clearedAt: null },
  evidence: [
    { signal: 'degradation/train/chosen', step: 20, value: -0.3 },
    { signal: 'degradation/train/chosen', step: 25, value: -0.4 },
  ],
}
const checkpoint = (step: number) => ({ step, folder: `/tmp/${step}`, at: '' })

test('told: what was seen in words, with its limit, and a change that starts at the checkpoint before it began', () => {
  const alert = toldAlert(run(), stored, [checkpoint(10), checkpoint(20)])!
  expect(alert.sentence).toBe(
    'The chosen answers lost 0.40 nats a token (a typical token 1.5 times less likely), where they should gain.',
  )
  expect(alert.evidence[1]).toEqual({
    ...{
      signal: 'degradation/train/chosen',
      step: 25,
      value: -0.4,
      label: 'Chosen, training pairs',
      unit: 'nats/token',
    },
    ...{ chart: 'degradation/train/chosen', limit: -0.25 },
  })
  expect(alert.next).toEqual({
    text: 'Try a higher beta (0.3 instead of 0.1), which holds the policy closer to the reference.',
    settings: { beta: 0.3, steps: 30 },
    from: { run: 3, step: 10 },
  })
})

test('told without a checkpoint: from the model, and stopping where it was steady; without a setting, no change is known', () => {
  expect(toldAlert(run(), stored, [checkpoint(20)])!.next).toMatchObject({
    settings: { beta: 0.3, steps: 15 },
    from: null,
  })
  const bare = { ...run(), settings: {} }
  expect(toldAlert(bare, { ...stored, rule: 'drastic-drop' }, [])!.next).toBe(null)
  expect(toldAlert(run(), { ...stored, rule: 'a-rule-of-another-time' }, [])).toBe(null)
})

test('every next step is settings that its method reads, within their ranges', () => {
  for (const method of ['dpo', 'grpo', 'ppo', 'reward-model'] as const) {
    const settings = parseSettings(method, {}) as Run['settings']
    for (const rule of rulesOf(method)) {
      const { next } = toldAlert({ ...run(), method, settings }, { ...stored, rule, evidence: [] }, [])!
      if (next) expect(() => parseSettings(method, next.settings), `${method} ${rule}`).not.toThrow()
    }
  }
})
