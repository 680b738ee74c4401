// What is told of a measured number.

export type ReadingGroup =
  'training' | 'rewards' | 'likelihood' | 'drop' | 'degradation' | 'dispersion' | 'geometry' | 'answers' | 'pace'

export type ReadingInfo = {
  label: string
  group: ReadingGroup
  unit: 'nats' | 'nats/token' | 'share' | 'pairs/s' | 'tokens/s' | 's' | 'tokens' | 'epochs' | ''
  meaning: string
}

/** A reading in nats per token. */
export const perToken = (label: string, group: ReadingGroup, meaning: string) => ({
  ...{ label, group, meaning },
  unit: 'nats/token' as const,
})
