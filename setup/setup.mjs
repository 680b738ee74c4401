// Makes a checkout ready: packages, Node, native TensorFlow. Plain Node 20 runs it, and it is quick when all is there.
//   node setup/setup.mjs [--quiet] [--again]    --quiet: silent when all is there    --again: retry what was missed
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.mjs'
import { forgetElectronRefusal } from './electron.mjs'
import { installPackages } from './packages.mjs'
import { linkNode, projectNode, projectRoot } from './project-node.mjs'
import { readRecord, setupStamp, setupStands, writeRecord } from './record.mjs'
import { say } from './terminal.mjs'
import { bringTensorFlow } from './tensorflow.mjs'
import { wheelPlan } from './wheel.mjs'

/** What the user is told about the TensorFlow in use. @param {import('./record.mjs').SetupRecord} record @returns {string} */
function summary({ origin, tensorflowVersion, device, missed }) {
  if (origin === 'wasm') return `TensorFlow: WebAssembly, slow, good for the starter model. ${missed[0] ?? ''}`.trim()
  const better = missed[0] === undefined ? '' : ` ${missed[0]}`
  return `TensorFlow: ${tensorflowVersion}, native, on the ${device.toUpperCase()}.${better}`
}

/** Another checkout may have brought TensorFlow since this one went without. @param {string} cache @returns {boolean} */
function cacheHasTensorFlow(cache) {
  const plan = wheelPlan({ platform: process.platform, arch: process.arch, gpu: false })
  return !('refusal' in plan) && existsSync(join(cache, plan.name))
}

/** @param {string} root @param {{ quiet: boolean, again: boolean }} options */
async function setUp(root, { quiet, again }) {
  const record = readRecord(root)
  const cache = cacheFolder()
  if (
    !again &&
    record !== null &&
    setupStands(root, record) &&
    !(record.origin === 'wasm' && cacheHasTensorFlow(cache))
  ) {
    if (!quiet && record.missed.length > 0) say(summary(record))
    return
  }
  await installPackages(root)
  linkNode(root)
  if (again) forgetElectronRefusal(root)
  const node = projectNode(root)
  const found = await bringTensorFlow({ root, cache, node, env: process.env })
  /** @type {import('./record.mjs').SetupRecord} */
  const fresh = { stamp: setupStamp(root), ...found, checkedAt: new Date().toISOString() }
  writeRecord(root, fresh)
  say(summary(fresh))
}

try {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 20)
    throw new Error(`Attune needs Node 20 or newer to start with, and this is ${process.version}: install Node 24.`)
  const flags = process.argv.slice(2)
  await setUp(projectRoot, {
    quiet: flags.includes('--quiet'),
    again: flags.includes('--again'),
  })
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
