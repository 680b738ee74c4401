// What screen tests stand on: the real app behind `serve` with a home folder of its own, and a page that opened its link.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test as base, type Page } from '@playwright/test'

export { expect }

const root = join(import.meta.dirname, '..', '..')

export interface Attune {
  readonly home: string
  /** Writes rows as JSON Lines into a file of the home folder; returns its path. */
  write(name: string, rows: readonly object[]): string
  /** Runs a command of the terminal shell on this home, before the server starts; returns what it printed. */
  command(...args: string[]): string
  /** Starts the server, if it does not run yet, and opens a path of the window. */
  open(path: string): Promise<void>
  /** The process id of the trainer; throws when there is none. */
  trainer(): number
}

export const test = base.extend<{ attune: Attune }>({
  attune: async ({ page }, use) => {
    const home = mkdtempSync(join(tmpdir(), 'attune-screens-'))
    const started: { child: ChildProcess; url: string }[] = []
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') failures.push(message.text())
    })
    await use({
      write(name, rows) {
        const file = join(home, name)
        writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
        return file
      },
      home,
      command: (...args) =>
        execFileSync(process.execPath, [join(root, 'src/main/cli.ts'), ...args, '--home', home], { encoding: 'utf8' }),
      async open(path) {
        const [server = await serve(home)] = started
        if (started.length === 0) {
          started.push(server)
          await page.goto(server.url)
          await page.waitForURL((url) => !url.search.includes('token'))
        }
        await page.goto(new URL(path, server.url).href)
      },
      trainer: () => trainerOf(started[0]?.child.pid ?? 0),
    })
    // What the window says of a server that ends under it is no failure.
    const seen = [...failures]
    for (const { child } of started) await ended(child)
    rmSync(home, { recursive: true, force: true })
    expect(seen, 'errors in the window').toEqual([])
  },
})

/** Fails when the page breaks a rule of WCAG 2 A or AA that a program can see. Colours on their way to others are let arrive first. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
    await Promise.allSettled(moving.map(({ finished }) => finished))
  })
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
  ).toEqual([])
}

async function serve(home: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(root, 'src/main/serve.ts'), '--home', home, '--json'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  const url = await new Promise<string>((started, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const line = said.split('\n').find((one) => one.startsWith('{'))
      if (line?.endsWith('}')) started((JSON.parse(line) as { url: string }).url)
    })
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('exit', (code) => failed(new Error(`serve ended with ${code}: ${said}`)))
  })
  return { child, url }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  await gone
}

function trainerOf(server: number): number {
  for (const line of execFileSync('ps', ['-axo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')) {
    const [pid, parent, ...args] = line.trim().split(/\s+/)
    if (Number(parent) === server && args.join(' ').includes('trainer')) return Number(pid)
  }
  throw new Error('There is no trainer process.')
}
