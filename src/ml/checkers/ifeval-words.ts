// IFEval's instructions about words and letters: which ones, how often, in which case.
import { holds, type InstructionKind, instructionKind } from './ifeval-kind.ts'
import { occurrences } from './text-search.ts'
import { isLowerCase, isUpperCase } from './text-shape.ts'

const anywhere = { wholeWords: false, matchCase: false }

// Keywords count inside longer words, forbidden words do not, as in the published checker.
export const wordInstructions: Record<string, InstructionKind> = {
  'keywords:existence': instructionKind(
    { keywords: 'texts' },
    ({ keywords }) => `has ${keywords.join(', ')}`,
    (response, { keywords }) => keywords.every((word) => occurrences(response, word, anywhere) > 0),
  ),
  'keywords:forbidden_words': instructionKind(
    { forbidden_words: 'texts' },
    ({ forbidden_words }) => `has no ${forbidden_words.join(', ')}`,
    (response, { forbidden_words }) =>
      forbidden_words.every((word) => occurrences(response, word, { wholeWords: true, matchCase: false }) === 0),
  ),
  'keywords:frequency': instructionKind(
    { keyword: 'text', frequency: 'whole', relation: 'relation' },
    ({ keyword, frequency, relation }) => `"${keyword}" ${relation} ${frequency} times`,
    (response, { keyword, frequency, relation }) =>
      holds(occurrences(response, keyword.trim(), anywhere), relation, frequency),
  ),
  'keywords:letter_frequency': instructionKind(
    { letter: 'text', let_frequency: 'whole', let_relation: 'relation' },
    ({ letter, let_frequency, let_relation }) => `the letter ${letter} ${let_relation} ${let_frequency} times`,
    (response, { letter, let_frequency, let_relation }) =>
      holds(occurrences(response, letter.trim(), anywhere), let_relation, let_frequency),
  ),
  // The published checker also asks a language detector whether the text is English; the case alone decides here, and the rule says so.
  'change_case:english_lowercase': instructionKind(
    {},
    () => 'all lower case (English or not)',
    (response) => isLowerCase(response),
  ),
  'change_case:english_capital': instructionKind(
    {},
    () => 'all capitals (English or not)',
    (response) => isUpperCase(response),
  ),
  'change_case:capital_word_frequency': instructionKind(
    { capital_frequency: 'whole', capital_relation: 'relation' },
    ({ capital_frequency, capital_relation }) => `words in capitals ${capital_relation} ${capital_frequency} times`,
    (response, { capital_frequency, capital_relation }) =>
      holds(capitalWords(response), capital_relation, capital_frequency),
  ),
  'language:response_language': instructionKind(
    { language: 'text' },
    ({ language }) => `in the language "${language}", for which there is no detector here`,
    () => null,
  ),
}

/** Words without a small letter, "I" included; words joined by - . / _ are one. */
function capitalWords(text: string): number {
  const words = text.match(/[\p{L}\p{M}\p{N}]+(?:[-./_][\p{L}\p{M}\p{N}]+)*/gu) ?? []
  return words.filter(isUpperCase).length
}
