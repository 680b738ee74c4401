// Chat templates: rendered as Jinja2 under Transformers renders them, and stopped when they would run away.
import { expect, test } from 'vitest'
import { chatTemplate } from '../../../src/ml/tokenizers/chat-template.ts'

const messages = [
  { role: 'user', content: ' \n hi. ' },
  { role: 'assistant', content: '\n yo' },
]
const render = (source: string, options = {}) => chatTemplate(source, { bos_token: '<s>' })(messages, options)

// The expected texts are those of Jinja2 3.1.6 with trim_blocks and lstrip_blocks.
test.each([
  [
    "{%- for m in messages -%}\n  {{ '<' + m.role + '>' + m.content | trim }}\n{%- endfor %}\n",
    '<user>hi.<assistant>yo',
  ],
  ["{{ messages[1].content.lstrip('\\n') }}|{{ messages[0].content.strip() }}", ' yo|hi.'],
  ["{{ messages[0].content.rstrip(' .') }}|{{ messages[0]['content'].strip('\\n') }}", ' \n hi| \n hi. '],
  ["{{ '<think>x\\n'.split('<think>')[-1].rstrip('\\n') }}", 'x'],
  ['{% if tools is not none and tools %}T{% endif %}{{ bos_token }}', '<s>'],
  ['{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}{{ range(5) | length }}', '3215'],
])('%s', (source, expected) => {
  expect(render(source)).toBe(expected)
})

test('the generation prompt is added on request only', () => {
  const source = '{{ messages | length }}{% if add_generation_prompt %}A:{% endif %}'
  expect([render(source), render(source, { addGenerationPrompt: true })]).toEqual(['2', '2A:'])
})

test('there is no clock: a template that can do without a date does', () => {
  expect(render("{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}")).toBe(
    '26 Jul 2024',
  )
})

test('text in messages is data, not a template', () => {
  const text = chatTemplate('{{ messages[0].content }}', {})([{ role: 'user', content: '{{ 1 + 1 }}{% for %}' }])
  expect(text).toBe('{{ 1 + 1 }}{% for %}')
})

test('a template refuses in its own words', () => {
  expect(() => render("{{ raise_exception('roles must\\nalternate') }}")).toThrow(
    "the model's chat template failed: it says: roles must alternate",
  )
})

test.each<[string, string, RegExp]>([
  ['loops in loops', '{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}', /too many steps/],
  ['a range without end', '{{ range(10 ** 12) }}', /range of 1000000000000 numbers/],
  ['a step of nothing', '{{ range(0, 1, 0) }}', /range of Infinity numbers/],
  [
    'a text that doubles',
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    /text that is too long/,
  ],
  [
    'a list that doubles',
    '{% set ns = namespace(a=[1]) %}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}{% endfor %}',
    /too many steps/,
  ],
  [
    'a nest that doubles',
    '{% set ns = namespace(a=[1]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a | tojson }}',
    /too many steps/,
  ],
  ['a thing inside itself', '{% set ns = namespace() %}{% set ns.x = [ns, ns] %}{{ ns }}', /too many steps/],
  ['a wide indent', "{{ 'x' | indent(400000000, true) }}", /text that is too long/],
  ['the way to JavaScript', "{{ messages.constructor.constructor('return 1')() }}", /not a function/],
  ['deep brackets', `{{ ${'('.repeat(50_000)} }}`, /cannot be read/],
  ['half a tag', '{% for', /cannot be read/],
])('%s: refused in one line', (_name, source, line) => {
  expect(() => render(source)).toThrow(line)
  expect(() => render(source)).toThrow(/^the model's chat template [^\n]{1,200}$/)
})

test('an endless source is not even read', () => {
  expect(() => chatTemplate('x'.repeat(300_000), {})).toThrow(/300000 characters long/)
})
