// npm test, after set-up: runs the tiers in order and ends with the counts.   npm test -- [tier...]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from './build.mjs'
import { npmCommand } from './packages.mjs'
import { projectRoot as root } from './project-node.mjs'
import { chosenTiers, countsLine, hasXvfb, playwrightCounts, vitestCounts } from './tiers.mjs'

/** @typedef {import('./tiers.mjs').Counts} Counts */

const reports = mkdtempSync(join(tmpdir(), 'attune-test-'))

/** Runs a program with its output on our own. @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<number>} exit code */
function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', () => resolve(127))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/**
 * Runs an npm script and keeps what it says. Scripts use one core each, so those that are tiers by themselves start together.
 * @param {string} name @returns {Promise<{ code: number, said: string, seconds: number }>}
 */
function runScript(name) {
  const started = Date.now()
  const [npm, first] = npmCommand(process.env)
  return new Promise((resolve) => {
    const child = spawn(npm, [...first, 'run', '--silent', name], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
    const end = (/** @type {number} */ code) =>
      resolve({ code, said, seconds: Math.round((Date.now() - started) / 1000) })
    child.once('error', () => end(127))
    child.once('close', (code) => end(code ?? 1))
  })
}

/** @param {string} file @param {number} code @param {(report: any) => Counts} count @returns {Counts} */
function counted(file, code, count) {
  /** @type {Counts} */
  let counts = { passed: 0, failed: 0, skipped: 0 }
  try {
    counts = count(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // A runner that left no report failed as a whole.
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** @param {Awaited<ReturnType<typeof runScript>>} script @returns {Counts} */
function scriptCounts({ code, said }) {
  process.stdout.write(said)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

/** @param {import('./tiers.mjs').Step} step @returns {Promise<Counts>} */
async function runStep({ kind, name }) {
  const report = join(reports, `${kind}-${name}.json`)
  if (kind === 'script') return scriptCounts(await runScript(name))
  if (kind === 'vitest') {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const args = [vitest, 'run', '--project', name]
    return counted(report, await run(process.execPath, args, { ATTUNE_TEST_REPORT: report }), vitestCounts)
  }
  const playwright = [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', `--project=${name}`]
  const args = [...playwright, '--reporter=list,json']
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report }
  const virtual = name === 'electron' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY && hasXvfb(process.env)
  const code = virtual
    ? await run('xvfb-run', ['-a', process.execPath, ...args], env)
    : await run(process.execPath, args, env)
  return counted(report, code, playwrightCounts)
}

/** @param {import('./tiers.mjs').Tier} tier @returns {Promise<{ counts: Counts, note: string }>} */
async function runTier(tier) {
  const refusal = tier.refusal?.({ root, env: process.env, platform: process.platform }) ?? null
  if (refusal !== null) return { counts: { passed: 0, failed: 0, skipped: 1 }, note: `not run: ${refusal}` }
  const started = Date.now()
  const sum = { passed: 0, failed: 0, skipped: 0 }
  try {
    if (tier.built) await buildApp(root)
    for (const step of tier.steps) add(sum, await runStep(step))
  } catch (error) {
    sum.failed += 1
    console.log(error instanceof Error ? error.message : String(error))
  }
  return { counts: sum, note: `${Math.round((Date.now() - started) / 1000)} s` }
}

/** Whether a tier is one script of its own name. @param {import('./tiers.mjs').Tier} tier */
function isScript({ name, steps }) {
  return steps.length === 1 && steps[0]?.kind === 'script' && steps[0].name === name
}

/** @param {Counts} sum @param {Counts} more */
function add(sum, more) {
  sum.passed += more.passed
  sum.failed += more.failed
  sum.skipped += more.skipped
}

try {
  const total = { passed: 0, failed: 0, skipped: 0 }
  const lines = []
  const chosen = chosenTiers(process.argv.slice(2))
  const scripts = new Map(chosen.flatMap((tier) => (isScript(tier) ? [[tier.name, runScript(tier.name)]] : [])))
  for (const tier of chosen) {
    console.log(`\n── ${tier.name} ──`)
    const script = await scripts.get(tier.name)
    const { counts, note } = script
      ? { counts: scriptCounts(script), note: `${script.seconds} s` }
      : await runTier(tier)
    add(total, counts)
    const line = `${tier.name.padEnd(9)} ${counts.skipped === 1 && note.startsWith('not run') ? note : `${countsLine(counts)} (${note})`}`
    lines.push(line)
    console.log(line)
  }
  console.log(`\n${lines.join('\n')}\n`)
  console.log(countsLine(total))
  process.exitCode = total.failed > 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
} finally {
  rmSync(reports, { recursive: true, force: true })
}
