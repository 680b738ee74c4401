// Brings native TensorFlow, best way first: the wheel, then tfjs-node's own installer, then WebAssembly.
import { copyFileSync, existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { compileBinding, findCompiler, linkBinding, proveBinding, unlinkBinding } from './binding.mjs'
import { moveIntoPlace, openWorkFolder } from './cache.mjs'
import { runChild } from './child.mjs'
import { downloadWheel, findPip, unpackWheel } from './pip.mjs'
import { bindingPath } from './record.mjs'
import { megabytes, say, showProgress } from './terminal.mjs'
import { TENSORFLOW, cudaRequirements, wantedPrefixes, wheelPlan } from './wheel.mjs'

/**
 * @typedef {object} Place
 * @property {string} root the checkout
 * @property {string} cache folder that checkouts share
 * @property {string} node the Node that will load TensorFlow
 * @property {NodeJS.ProcessEnv} env
 *
 * @typedef {Pick<import('./record.mjs').SetupRecord, 'origin' | 'tensorflowVersion' | 'device' | 'missed'>} Found
 * @typedef {import('./wheel.mjs').WheelPlan} WheelPlan
 */

/** Whether an NVIDIA GPU answers. @param {NodeJS.ProcessEnv} env @returns {Promise<boolean>} */
export async function seesGpu(env) {
  const seen = await runChild('nvidia-smi', ['-L'], { env, timeout: 20_000 })
  return seen.ok && /^GPU \d+/m.test(seen.output)
}

/**
 * Tries each way in turn and tells what came of it. Never throws for a way that is not to be had.
 * @param {Place} place @returns {Promise<Found>}
 */
export async function bringTensorFlow(place) {
  /** @type {string[]} */
  const missed = []
  const gpu = await seesGpu(place.env)
  const ways = [
    ...(gpu ? [() => fromWheel(place, true)] : []),
    () => fromWheel(place, false),
    () => fromInstaller(place, gpu),
  ]
  for (const way of ways) {
    try {
      const found = await way()
      if (gpu && found.device === 'cpu' && missed.length === 0) {
        missed.push(
          'TensorFlow runs, but not on the GPU: its driver is too old or in use. Update the NVIDIA driver, then run: npm run setup',
        )
      }
      return { ...found, missed }
    } catch (error) {
      unlinkBinding(place.root)
      missed.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { origin: 'wasm', tensorflowVersion: null, device: 'cpu', missed }
}

/**
 * The wheel's TensorFlow: from the cache when it is there and works, else downloaded and compiled.
 * @param {Place} place @param {boolean} gpu @returns {Promise<Omit<Found, 'missed'>>}
 */
async function fromWheel(place, gpu) {
  const plan = wheelPlan({ platform: process.platform, arch: process.arch, gpu })
  if ('refusal' in plan) throw new Error(plan.refusal)
  const final = join(place.cache, plan.name)
  const prove = async () => {
    linkBinding(place.root, final)
    const proven = await proveBinding(place)
    return { origin: /** @type {const} */ ('wheel'), tensorflowVersion: proven.version, device: proven.device }
  }
  if (existsSync(final)) {
    try {
      return await prove()
    } catch {
      rmSync(final, { recursive: true, force: true })
    }
  }
  await buildFolder(place, plan, final)
  return prove()
}

/** Downloads, unpacks and compiles into a working folder, then moves it into place. @param {Place} place @param {WheelPlan} plan @param {string} final */
async function buildFolder(place, plan, final) {
  const { root, env } = place
  const [compiler, pip] = [await findCompiler(env), await findPip(env)]
  if (compiler === null || pip === null) throw new Error(toolsMissing(compiler !== null, pip !== null))
  const work = openRoom(place.cache, plan)
  try {
    const wheels = join(work, 'wheels')
    say(
      `Downloading TensorFlow ${TENSORFLOW} for the ${plan.device.toUpperCase()} (about ${megabytes(plan.download)}, once for all checkouts)`,
    )
    const onGrowth = (/** @type {number} */ bytes) => showProgress(`${megabytes(bytes)} so far`)
    const wheel = await downloadWheel(pip, plan.requirement, plan.platforms, wheels, { env, onGrowth })
    say('Unpacking its libraries')
    const metadata = await unpackWheel(pip, wheel, work, wantedPrefixes(plan), env)
    for (const requirement of plan.cuda ? cudaRequirements(metadata) : []) {
      say(`Downloading ${requirement}`)
      const part = await downloadWheel(pip, requirement, plan.platforms, wheels, { env, onGrowth })
      await unpackWheel(pip, part, work, ['nvidia/'], env)
    }
    rmSync(wheels, { recursive: true, force: true })
    say('Compiling the binding (about 10 seconds)')
    await compileBinding({ root, folder: work, libraries: plan.libraries, compiler, env })
    rmSync(join(work, 'tensorflow', 'include'), { recursive: true, force: true })
    moveIntoPlace(work, final)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A working folder on a disk with room enough. @param {string} cache @param {WheelPlan} plan @returns {string} */
function openRoom(cache, plan) {
  try {
    mkdirSync(cache, { recursive: true })
    const { bavail, bsize } = statfsSync(cache)
    if (bavail * bsize > plan.disk) return openWorkFolder(cache, plan.name)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The cache folder cannot be written (${why}). Set ATTUNE_CACHE to a folder of yours, then run: npm run setup`,
    )
  }
  throw new Error(
    `TensorFlow needs ${megabytes(plan.disk)} free in ${cache} while it is unpacked. Make room, then run: npm run setup`,
  )
}

/**
 * tfjs-node's own installer: an older TensorFlow, from its makers' storage.
 * @param {Place} place @param {boolean} gpu @returns {Promise<Omit<Found, 'missed'>>}
 */
async function fromInstaller({ root, node, env }, gpu) {
  const folder = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${env.PATH ?? ''}`
  say("Trying tfjs-node's own installer (an older TensorFlow)")
  const done = await runChild(node, [join(folder, 'scripts', 'install.js'), gpu ? 'gpu' : 'cpu', 'download'], {
    cwd: folder,
    env: { ...env, PATH: path },
    timeout: 1_200_000,
    idle: 45_000,
    watch: [join(folder, 'deps'), join(folder, 'lib')],
    onGrowth: (bytes) => showProgress(`${megabytes(bytes)} so far`),
  })
  try {
    if (!done.ok) throw new Error('its storage did not answer')
    // On Windows it puts the library beside a binding of another Node-API version than the one it fetches.
    const library = join(folder, 'deps', 'lib', 'tensorflow.dll')
    if (existsSync(library)) copyFileSync(library, join(dirname(bindingPath(root)), 'tensorflow.dll'))
    const proven = await proveBinding({ root, node, env })
    return { origin: 'installer', tensorflowVersion: proven.version, device: proven.device }
  } catch (error) {
    rmSync(join(folder, 'deps'), { recursive: true, force: true })
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`tfjs-node's own installer did not bring TensorFlow (${why}).`)
  }
}

/**
 * The line for a machine that cannot build the binding.
 * @param {boolean} compiler @param {boolean} pip @param {string} [platform] @returns {string}
 */
export function toolsMissing(compiler, pip, platform = process.platform) {
  const names = [...(compiler ? [] : ['C++ compiler']), ...(pip ? [] : ['pip'])].join(' and no ')
  const debian = [...(compiler ? [] : ['g++']), ...(pip ? [] : ['python3-pip'])].join(' ')
  const mac = [...(compiler ? [] : ['xcode-select --install']), ...(pip ? [] : ['Python 3 from python.org'])].join(', ')
  const how = platform === 'darwin' ? mac : `on Debian and Ubuntu: apt install ${debian}`
  return `No ${names} was found. Install what is missing (${how}), then run: npm run setup`
}
