// Rendering a model's chat template (Jinja, through @huggingface/jinja) with bounds: a template is a stranger's program.
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'
import { shown } from '../weights/hostile.ts'
import { pythonStrip } from './python-strip.ts'

export type ChatMessage = { role: string; content: string }

export type ChatOptions = { addGenerationPrompt?: boolean }

/** Turns messages into the text that the model was trained on. */
export type ChatTemplate = (messages: readonly ChatMessage[], options?: ChatOptions) => string

const SOURCE_LIMIT = 256 * 1024 // characters
const TEXT_LIMIT = 4 * 1024 * 1024 // characters of any one value, and of the result
const RANGE_LIMIT = 10_000
/** Work that one rendering may cost: a unit for each step, each element of each value it touches, each 64 characters. */
const WORK_LIMIT = 2_000_000
/** Units that one turn of a loop costs: the interpreter makes a scope for each. */
const TURN = 20

/**
 * Prepares a template. `special` are the names that templates expect, such as `bos_token`. There is no clock in here:
 * `strftime_now` stays undefined, templates that ask for the date take their fixed one, and a chat always gives the same ids.
 */
export function chatTemplate(source: string, special: Readonly<Record<string, string>>): ChatTemplate {
  if (source.length > SOURCE_LIMIT) {
    throw new Error(`the chat template is ${source.length} characters long; the limit is ${SOURCE_LIMIT}`)
  }
  const program = attempt('cannot be read', () => parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })))
  return (messages, { addGenerationPrompt = false } = {}) =>
    attempt('failed', () => {
      const scope = new Environment()
      const globals = { true: true, false: false, none: null, True: true, False: false, None: null }
      const inputs = { messages, tools: null, documents: null, add_generation_prompt: addGenerationPrompt }
      for (const [name, value] of Object.entries({ ...special, ...globals, ...inputs })) scope.set(name, value)
      scope.set('range', boundedRange)
      scope.set('raise_exception', (message: unknown) => {
        throw new Error(`it says: ${shown(message)}`)
      })
      const text = boundedInterpreter(scope).run(program).value
      if (typeof text !== 'string' || text.length > TEXT_LIMIT) throw new Error('its result is no text, or too long')
      return text
    })
}

type Statement = Parameters<Interpreter['evaluate']>[0]
type Value = ReturnType<Interpreter['evaluate']>

/** Every step of the interpreter goes through its `evaluate`, so that is where work is counted. */
function boundedInterpreter(scope: Environment): Interpreter {
  const interpreter = new Interpreter(scope)
  const evaluate = interpreter.evaluate.bind(interpreter)
  const looped = new WeakSet<object>()
  let work = 0
  interpreter.evaluate = (statement, environment) => {
    if (++work > WORK_LIMIT) throw new Error('it takes too many steps')
    const iterable = iterableOf(statement)
    if (iterable) looped.add(iterable)
    const method = stripCalled(statement)
    const text = method ? interpreter.evaluate(method.object, environment).value : null
    const value = method && typeof text === 'string' ? stripOf(text, method.name) : evaluate(statement, environment)
    work += weight(value, WORK_LIMIT - work) * (statement && looped.has(statement) ? TURN : 1)
    return value
  }
  return interpreter
}

/** What a loop goes through: `x` in `for i in x` and in `for i in x if y`. */
function iterableOf(statement: Statement): Statement | null {
  if (statement?.type !== 'For') return null
  const { iterable } = statement as NonNullable<Statement> & { iterable: NonNullable<Statement> & { lhs?: Statement } }
  return iterable.lhs && iterable.type === 'SelectExpression' ? iterable.lhs : iterable
}

type Strip = 'strip' | 'lstrip' | 'rstrip'

/** The object and method of `something.strip` and its kin, null for every other statement. */
function stripCalled(statement: Statement): { object: Statement; name: Strip } | null {
  if (statement?.type !== 'MemberExpression') return null
  const { object, property, computed } = statement as MemberExpression
  const name = property.value
  return !computed && (name === 'strip' || name === 'lstrip' || name === 'rstrip') ? { object, name } : null
}

type MemberExpression = NonNullable<Statement> & { object: Statement; property: { value?: unknown }; computed: boolean }

function stripOf(text: string, name: Strip): Value {
  const scope = new Environment()
  return scope.set('method', (chars: unknown) => pythonStrip(name, text, chars))
}

/** Size of a value, nested parts counted as often as they appear: what printing or copying it would cost. */
function weight(value: Value, limit: number): number {
  let sum = 0
  const open: { value: unknown }[] = [value]
  for (let next = open.pop(); next; next = open.pop()) {
    const inner: unknown = next.value
    if (typeof inner === 'string') {
      if (inner.length > TEXT_LIMIT) throw new Error('it makes a text that is too long')
      sum += inner.length >> 6
    } else if (Array.isArray(inner) || inner instanceof Map) {
      if (inner instanceof Map) for (const part of inner.values()) open.push(part)
      else for (const part of inner) open.push(part)
      sum += Array.isArray(inner) ? inner.length : inner.size
    }
    if (sum > limit) throw new Error('it takes too many steps')
  }
  return sum
}

function boundedRange(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (!(count <= RANGE_LIMIT)) throw new Error(`it asks for a range of ${count} numbers`)
  return Array.from({ length: count }, (_, i) => from + i * step)
}

function attempt<T>(how: string, action: () => T): T {
  try {
    return action()
  } catch (problem) {
    const reason = problem instanceof Error ? problem.message : String(problem)
    throw new Error(`the model's chat template ${how}: ${shown(reason)}`)
  }
}
