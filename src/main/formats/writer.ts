// Who wrote a response, judged by the name that a file gives.
import type { Origin } from '#contract'

const people = /^(human|person|annotator|expert|user|crowd\w*|gold|reference)\b/i
const families =
  /gpt|llama|mistral|mixtral|qwen|claude|gemini|gemma|phi-?\d|falcon|vicuna|alpaca|wizardlm|smollm|deepseek|olmo|zephyr|model|bert|t5/i

/** A name with a digit or of a known family counts as a model's, one that says so as a person's; any other is unknown. */
export function originOf(name: string | null): Origin {
  if (name === null) return { kind: 'unknown', writer: null, sampling: null }
  const kind = people.test(name) ? 'human' : families.test(name) || /\d/.test(name) ? 'model' : 'unknown'
  return { kind, writer: name, sampling: null }
}
