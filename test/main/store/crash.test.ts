import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../../src/main/store/index.ts'
import { anyRun, folder } from './open.ts'

test('what was acknowledged outlives a SIGKILL in the middle of writing', { timeout: 60_000 }, async () => {
  const file = join(folder(), 'store.sqlite')
  const first = openStore(file)
  const run = anyRun(first)
  first.runs.update(run.id, { status: 'running' })
  first.close()

  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-writer.ts'), file, String(run.id)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let acknowledged = -1
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)))
  let rest = ''
  for await (const chunk of child.stdout) {
    rest += String(chunk)
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) acknowledged = Number(line)
    if (acknowledged >= 50) child.kill('SIGKILL')
  }
  expect(await ended).toBe('SIGKILL')

  const after = openStore(file)
  const steps = new Set(after.readings.list({ run: run.id }).map(({ step }) => step))
  expect(acknowledged).toBeGreaterThanOrEqual(50)
  for (let step = 0; step <= acknowledged; step++) expect(steps.has(step)).toBe(true)
  // A batch is there whole or not at all.
  expect(after.readings.count(run.id)).toBe(steps.size * 20)
  expect(after.runs.show(run.id)).toMatchObject({
    status: 'interrupted',
    reason: 'Attune was closed or died while it ran.',
  })
  after.close()
})
