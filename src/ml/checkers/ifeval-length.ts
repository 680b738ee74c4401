// IFEval's instructions about length and division: words, sentences, paragraphs, sections.
import { holds, type InstructionKind, instructionKind } from './ifeval-kind.ts'
import { sentenceCount } from './text-counts.ts'
import { stripped } from './text-search.ts'

export const lengthInstructions: Record<string, InstructionKind> = {
  'length_constraints:number_words': instructionKind(
    { num_words: 'whole', relation: 'relation' },
    ({ num_words, relation }) => `${relation} ${num_words} words`,
    (response, { num_words, relation }) => holds(letterRuns(response), relation, num_words),
  ),
  // The published checker splits with a trained model (NLTK's Punkt); near the bound a plain splitter may count otherwise.
  'length_constraints:number_sentences': instructionKind(
    { num_sentences: 'whole', relation: 'relation' },
    ({ num_sentences, relation }) => `${relation} ${num_sentences} sentences`,
    (response, { num_sentences, relation }) => holds(sentenceCount(response), relation, num_sentences),
  ),
  'length_constraints:number_paragraphs': instructionKind(
    { num_paragraphs: 'whole' },
    ({ num_paragraphs }) => `${num_paragraphs} paragraphs with *** between them`,
    (response, { num_paragraphs }) => filledParts(response, '***')?.length === num_paragraphs,
  ),
  'length_constraints:nth_paragraph_first_word': instructionKind(
    { num_paragraphs: 'whole', nth_paragraph: 'whole', first_word: 'text' },
    ({ num_paragraphs, nth_paragraph, first_word }) =>
      `${num_paragraphs} paragraphs, number ${nth_paragraph} begins with "${first_word}"`,
    (response, { num_paragraphs, nth_paragraph, first_word }) => {
      const paragraphs = response.split('\n\n').filter((paragraph) => paragraph.trim() !== '')
      return (
        paragraphs.length === num_paragraphs &&
        firstWord(paragraphs[nth_paragraph - 1] ?? '') === first_word.trim().toLowerCase()
      )
    },
  ),
  'detectable_format:multiple_sections': instructionKind(
    { section_spliter: 'text', num_sections: 'whole' },
    ({ section_spliter, num_sections }) => `at least ${num_sections} parts headed "${section_spliter} 1" and on`,
    (response, { section_spliter, num_sections }) =>
      response
        .split(section_spliter.trim())
        .slice(1)
        .filter((part) => /^\s?\d/.test(part)).length >= num_sections,
  ),
  'combination:two_responses': instructionKind(
    {},
    () => 'two different responses with ****** between them',
    (response) => {
      const parts = filledParts(response, '******')
      return parts?.length === 2 && parts[0] !== parts[1]
    },
  ),
}

/** The parts of a text, white space around them gone; one at the text's start or end may be empty and is left out, another not (null). */
function filledParts(text: string, divider: string): string[] | null {
  const parts = text.split(divider).map((part) => part.trim())
  if (parts.slice(1, -1).includes('')) return null
  return parts.filter((part) => part !== '')
}

/** Words as IFEval counts them: "don't" is two. */
function letterRuns(text: string): number {
  return (text.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []).length
}

function firstWord(paragraph: string): string {
  const run = paragraph.trim().split(/\s/, 1)[0]!
  return stripped(run, `'"`, '')
    .split(/[.,?!'"]/, 1)[0]!
    .toLowerCase()
}
