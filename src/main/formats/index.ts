// The door of the formats: other people's files of pairs in, ours out.
export type { FilePair } from './pair-of.ts'
export { openPairFile, type PairFile, type PairFileRow } from './read-pairs.ts'
export { readPrompts, type FilePrompt, type PromptFileRow } from './read-prompts.ts'
export { writePairs, type WrittenPair } from './write-pairs.ts'
export { originOf } from './writer.ts'
