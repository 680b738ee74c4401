// The toy figures of the 3D-Properties paper (Yan et al., arXiv 2406.07327, Figs 1 to 3) as numbers. They are the paper's, of its anonymous
// submission, and not ours. By eye: read from a picture, to about 0.01; the others are exact to about 0.002.

/** Scenarios by the names of the paper's Table 3; panels 2 and 3 of its Fig. 3 show them the other way round. */
export type PaperScenario = '1' | '2' | '3' | '4'

/** Fig. 1, bottom right: probabilities at epoch 500 of scenario 1. Columns 4 to 9 are 0.00. */
export const figureOne = {
  epoch: 500,
  /** The rejected column of each prompt. */
  pairs: [4, 6, 7, 5],
  rows: [
    [0.17, 0.26, 0.22, 0.35, 0, 0, 0, 0, 0, 0],
    [0.01, 0.65, 0.12, 0.21, 0, 0, 0, 0, 0, 0],
    [0.01, 0.19, 0.72, 0.08, 0, 0, 0, 0, 0, 0],
    [0.03, 0.35, 0.2, 0.42, 0, 0, 0, 0, 0, 0],
  ],
} as const

export type PaperPanel = {
  /** Its place in Fig. 3. */
  panel: 1 | 2 | 3 | 4
  start: { chosen: number; rejected: number; unseen: number }
  /** Mean over prompts; a peak between two epochs has its middle. */
  chosen: { peak: number; peakEpoch: number; last: number }
  least: { peak: number; peakEpoch: number; last: number }
  /** From when on the rejected responses are at about 0. */
  rejectedGone: number
  /** Mean over the responses that are neither chosen nor rejected: the lowest point and the end. */
  unseen: { lowest: number; last: number }
}

/** Fig. 3, and Fig. 2 left, which is panel 1: 2,000 epochs. By eye but for the starts. */
export const figureThree: Record<PaperScenario, PaperPanel> = {
  1: {
    panel: 1,
    start: { chosen: 0.12, rejected: 0.12, unseen: 0.095 },
    chosen: { peak: 0.585, peakEpoch: 1000, last: 0.348 },
    least: { peak: 0.47, peakEpoch: 970, last: 0.165 },
    rejectedGone: 450,
    unseen: { lowest: 0.052, last: 0.082 },
  },
  2: {
    panel: 3,
    start: { chosen: 0.02, rejected: 0.12, unseen: 0.107 },
    chosen: { peak: 0.49, peakEpoch: 650, last: 0.185 },
    least: { peak: 0.417, peakEpoch: 600, last: 0.026 },
    rejectedGone: 400,
    unseen: { lowest: 0.064, last: 0.163 },
  },
  3: {
    panel: 2,
    start: { chosen: 0.12, rejected: 0.02, unseen: 0.108 },
    chosen: { peak: 0.49, peakEpoch: 940, last: 0.155 },
    least: { peak: 0.457, peakEpoch: 840, last: 0.034 },
    rejectedGone: 250,
    unseen: { lowest: 0.064, last: 0.169 },
  },
  4: {
    panel: 4,
    start: { chosen: 0.02, rejected: 0.02, unseen: 0.12 },
    chosen: { peak: 0.4, peakEpoch: 660, last: 0.115 },
    least: { peak: 0.243, peakEpoch: 520, last: 0.07 },
    rejectedGone: 220,
    unseen: { lowest: 0.075, last: 0.177 },
  },
}

export const figureThreeEpochs = 2000

/**
 * Fig. 2 middle and right: 500 epochs of another run, with both sides at about 0.02 at the start. By eye. Decades: how far the size of
 * the gradient in probability moved from start to end. The rejected probability then falls from 1e-45, the least of float32, to 0 at once.
 */
export const figureTwo = {
  epochs: 500,
  gradientRejected: 46,
  gradientChosen: -1.5,
  rejected: { start: -1.7, end: -45, endEpoch: 484 },
} as const
