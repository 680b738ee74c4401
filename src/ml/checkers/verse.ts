// Instructions of poems and slogans, beside IFEval's and in its form: lines, words a line, a title. What small models can be asked for.
import { holds, type InstructionKind, instructionKind } from './ifeval-kind.ts'
import { wordCount } from './text-counts.ts'

export const verseInstructions: Record<string, InstructionKind> = {
  'verse:number_lines': instructionKind(
    { num_lines: 'whole' },
    ({ num_lines }) => `${num_lines} lines`,
    (response, { num_lines }) => linesOf(response).length === num_lines,
  ),
  'verse:words_a_line': instructionKind(
    { num_words: 'whole', relation: 'relation' },
    ({ num_words, relation }) => `${relation} ${num_words} words in each line`,
    (response, { num_words, relation }) => {
      const lines = linesOf(response)
      return lines.length > 0 && lines.every((line) => holds(wordCount(line), relation, num_words))
    },
  ),
  'verse:title': instructionKind(
    {},
    () => 'a line "Title: …" first',
    (response) => /^title:[ \t]*\S/i.test(response.trimStart()),
  ),
}

/** The lines that count: blank ones do not, nor does a title above. */
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !/^\s*title:/i.test(line))
}
