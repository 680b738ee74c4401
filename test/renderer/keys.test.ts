import { expect, test } from 'vitest'
import { actions, type Action, type KeyScreen } from '../../src/renderer/keys.ts'

const all = Object.entries(actions as Record<string, Action>)

/** What can be bound at the same time as a screen's own actions. */
const together: Record<string, readonly KeyScreen[]> = {
  'Pairs of a set': ['Everywhere', 'Lists'],
  Models: ['Everywhere', 'Lists'],
  Evaluate: ['Everywhere', 'Lists'],
}

test('no two actions of a screen have the same key, nor does one hide a key that works everywhere', () => {
  for (const screen of new Set(all.map(([, { screen }]) => screen))) {
    const others = together[screen] ?? ['Everywhere']
    const bound = all.filter(([, action]) => action.screen === screen || others.includes(action.screen))
    const keys = bound.flatMap(([id, { keys }]) => keys.map((key) => ({ id, key })))
    for (const { id, key } of keys)
      expect(
        keys.filter((other) => other.key === key).map((other) => other.id),
        `${key} in ${screen}`,
      ).toEqual([id])
  }
})

test('each action is named in sentence case and begins with its screen', () => {
  for (const [id, { label }] of all) {
    expect(label, id).toMatch(/^[A-Z][^A-Z]/)
    expect(id).toMatch(/^[a-z-]+\.[a-z-]+$/)
  }
})
