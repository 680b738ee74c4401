// The table of methods and docs/methods.md tell the same.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MethodName, methods, ownSettings, settingOf, type LabelUse } from '#contract'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'methods.md'), 'utf8')
const rows = new Map(
  text
    .split('\n')
    .map((line) =>
      line
        .replaceAll('\\|', '¦')
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((cells) => /^`[a-z-]+`$/.test(cells[1] ?? ''))
    .map((cells) => [cells[1]!.replaceAll('`', ''), cells.slice(2, 6)]),
)

test('docs/methods.md has a row for each method, and no others', () => {
  expect([...rows.keys()].toSorted()).toEqual([...MethodName.options].toSorted())
  for (const [name, cells] of rows)
    expect(
      cells.every((cell, i) => cell !== '' || (i === 1 && name === 'sft')),
      name,
    ).toBe(true)
})

test.each(MethodName.options.filter((name) => name !== 'alphapo'))(
  'the row of %s names its settings and their defaults',
  (name) => {
    const cell = rows.get(name)![1]!
    const named = [...cell.matchAll(/`([a-z_]+)` ([\w.*+-]+)/g)].map(([, key, value]) => [key, value])
    expect(named).toEqual(ownSettings(name).map((key) => [key, [settingOf(key)!.default].flat().join('+') || 'none']))
  },
)

test('docs/methods.md tells which methods have which use for the strength of labels', () => {
  const rowOf = (use: string) => text.split('\n').find((line) => line.startsWith(`| ${use} |`))!
  const named = (use: string) =>
    [
      ...rowOf(use)
        .split('|')
        .at(-2)!
        .matchAll(/`([a-z-]+)`/g),
    ].map(([, name]) => name)
  const able = (use: LabelUse) => MethodName.options.filter((name) => methods[name].labels?.includes(use))
  expect(named('margin').toSorted()).toEqual(able('margin').toSorted())
  expect(named('soft-label').toSorted()).toEqual(able('soft-label').toSorted())
  // All that learn from pairs but these, and the reward model.
  const pairs = MethodName.options.filter((name) => methods[name].learns === 'pairs')
  const weighing = [...pairs.filter((name) => !named('weight').includes(name)), 'reward-model']
  expect(weighing.toSorted()).toEqual(able('weight').toSorted())
  for (const key of ['strength_margin', 'label_confidence', 'strength_weight', 'number_scale'])
    expect(text).toContain(`\`${key}\` ${String(settingOf(key)!.default)}`)
})

test('each method says which paper it is from', () => {
  for (const name of MethodName.options) expect(methods[name].paper, name).toMatch(/\d{4}/)
})
