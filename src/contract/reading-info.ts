// What is told of a measured number.

export type ReadingGroup =
  'training' | 'rewards' | 'likelihood' | 'drop' | 'degradation' | 'dispersion' | 'geometry' | 'answers' | 'pace'

export type ReadingInfo = {
  label: string
  group: ReadingGroup
  unit: 'nats' | 'nats/token' | 'share' | 'pairs/s' | 'tokens/s' | 's' | 'tokens' | 'epochs' | ''
  meaning: string
}
