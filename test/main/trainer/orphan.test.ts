// A trainer whose app was killed leaves by itself, even in the middle of a run.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../../../src/main/trainer/process.ts', import.meta.url))
const parent = `
  const child = require('node:child_process').fork(${JSON.stringify(entry)}, [], { serialization: 'advanced' })
  child.once('message', () => console.log(child.pid))
  setInterval(() => {}, 1000)`

test('the trainer ends when its parent is killed', async () => {
  const app = spawn(process.execPath, ['-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = await new Promise<number>((resolve) => app.stdout.once('data', (text: Buffer) => resolve(Number(text))))
  process.kill(pid, 'SIGINT')
  await wait(100)
  expect(isAlive(pid), "Ctrl+C is the app's to decide").toBe(true)
  app.kill('SIGKILL')
  for (let i = 0; i < 100 && isAlive(pid); i++) await wait(50)
  expect(isAlive(pid)).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
