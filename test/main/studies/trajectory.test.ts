// Measures from a run's probe scores, by numbers worked by hand.
import { expect, test } from 'vitest'
import type { Probe, ProbeScore } from '#contract'
import { trajectory } from '../../../src/main/studies/trajectory.ts'

const probe = (index: number, kind: Probe['kind']): Probe => ({
  ...{ index, kind, pair: null, prompt: 'p', chosen: null, rejected: null, response: null },
})
const side = (policy: number, reference: number, tokens: number) => ({ policy, reference, tokens })

test('each measure, at each probed step', () => {
  const probes = [
    probe(0, 'train'),
    probe(1, 'heldout'),
    probe(2, 'heldout'),
    probe(3, 'other'),
    probe(4, 'sampled'),
    probe(5, 'sampled'),
  ]
  const scores: ProbeScore[] = [
    // Given out of order: they are sorted by step.
    { step: 5, index: 0, chosen: side(-3, -2, 4), rejected: side(-9, -5, 2) },
    { step: 5, index: 1, chosen: side(-1, -2, 2), rejected: side(-4, -4, 4) },
    { step: 5, index: 2, chosen: side(-6, -4, 4), rejected: side(-3, -3, 3) },
    { step: 5, index: 3, chosen: side(-10, -12, 4), rejected: null },
    { step: 5, index: 4, chosen: side(-3, -2, 2), rejected: null },
    { step: 5, index: 5, chosen: side(-1, -2, 4), rejected: null },
    { step: 0, index: 0, chosen: side(-2, -2, 4), rejected: side(-5, -5, 2) },
  ]
  const [first, last] = trajectory(probes, scores)
  expect(first).toMatchObject({ step: 0, trainMargin: 0, trainChosen: 0, trainSuppressed: 0 })
  expect(first!.heldoutMargin).toBeNaN()
  expect(last).toMatchObject({
    step: 5,
    trainMargin: -1 - -4,
    trainChosen: -1 / 4,
    trainRejected: -2,
    trainSuppressed: 1,
    // Margins 1 and -2.
    heldoutMargin: -0.5,
    heldoutChosen: (0.5 - 0.5) / 2,
    heldoutRejected: 0,
    heldoutSuppressed: 0,
    heldoutAccuracy: 0.5,
    other: 0.5,
    sampled: (-0.5 + 0.25) / 2,
    referenceChosen: -0.5,
    referenceRejected: -2.5,
  })
  // -(-1 + 1) / 2: one sample lost what the other gained.
  expect(last!.kl).toBeCloseTo(0, 12)
})
