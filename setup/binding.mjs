// Compiles tfjs-node's two binding files against an unpacked TensorFlow, links the result in, and proves that it works.
import { copyFileSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './child.mjs'
import { bindingPath } from './record.mjs'

/** The compiled binding's file name, in the cache as in tfjs-node. */
export const BINDING = 'tfjs_binding.node'

/** The first C++ compiler that answers. @param {NodeJS.ProcessEnv} env @returns {Promise<string | null>} */
export async function findCompiler(env) {
  for (const candidate of [env.CXX, 'c++', 'g++', 'clang++']) {
    if (candidate && (await runChild(candidate, ['--version'], { env, timeout: 30_000 })).ok) return candidate
  }
  return null
}

/**
 * The compiler's arguments. The binding looks for its libraries beside itself, so that the finished folder can move.
 * @param {{ root: string, folder: string, libraries: string[], platform: string }} job folder holds tensorflow/
 * @returns {string[]}
 */
export function compileArguments({ root, folder, libraries, platform }) {
  const packages = join(root, 'node_modules')
  const tfjs = join(packages, '@tensorflow', 'tfjs-node-gpu')
  const mac = platform === 'darwin'
  const includes = [
    join(packages, 'node-api-headers', 'include'),
    join(folder, 'tensorflow', 'include'),
    tfjs,
    join(tfjs, 'binding'),
  ]
  return [
    ...['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
    ...includes.flatMap((include) => ['-I', include]),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) => join(tfjs, 'binding', source)),
    ...['-o', join(folder, BINDING)],
    ...libraries.map((library) => join(folder, 'tensorflow', library)),
    `-Wl,-rpath,${mac ? '@loader_path' : '$ORIGIN'}/tensorflow`,
    ...(mac ? ['-undefined', 'dynamic_lookup'] : []),
  ]
}

/**
 * Compiles the binding into `folder`.
 * @param {{ root: string, folder: string, libraries: string[], compiler: string, env: NodeJS.ProcessEnv }} job
 * @throws {Error} with the compiler's first error
 */
export async function compileBinding({ root, folder, libraries, compiler, env }) {
  const args = compileArguments({ root, folder, libraries, platform: process.platform })
  const done = await runChild(compiler, args, { env, timeout: 300_000 })
  if (done.ok) return
  const first = done.errors.split(/\r?\n/).find((line) => /error/i.test(line)) ?? 'it gave no reason'
  throw new Error(
    `${compiler} could not compile the binding (${first.trim().slice(0, 200)}). Update the C++ compiler, then run: npm run setup`,
  )
}

/** Puts the cached binding where tfjs-node looks for it: a link, or a copy where links are not allowed. @param {string} root @param {string} folder */
export function linkBinding(root, folder) {
  const place = bindingPath(root)
  const work = `${place}.${process.pid}.part`
  mkdirSync(dirname(place), { recursive: true })
  const source = join(folder, BINDING)
  try {
    symlinkSync(source, work)
  } catch {
    copyFileSync(source, work)
  }
  renameSync(work, place)
}

/** @param {string} root */
export function unlinkBinding(root) {
  const place = bindingPath(root)
  if (existsSync(place) || lstatSync(place, { throwIfNoEntry: false })) rmSync(place)
}

/**
 * Loads the binding in a process of its own and multiplies a matrix with it.
 * @param {{ root: string, node: string, env: NodeJS.ProcessEnv }} job
 * @returns {Promise<{ version: string, device: 'cpu' | 'gpu' }>}
 * @throws {Error} with what went wrong
 */
export async function proveBinding({ root, node, env }) {
  const done = await runChild(node, [fileURLToPath(new URL('prove.mjs', import.meta.url)), root], {
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true', NODE_OPTIONS: '' },
    timeout: 180_000,
  })
  const said = done.output.trim().split('\n').pop() ?? ''
  if (done.ok && said.startsWith('{')) return JSON.parse(said)
  const reason =
    done.errors.split(/\r?\n/).find((line) => /Error|error|GLIBC|cannot/.test(line)) ?? `exit code ${done.code}`
  throw new Error(
    `TensorFlow was built but does not run here (${reason.trim().slice(0, 200)}). Say so in an issue, with what npm run attune -- doctor prints`,
  )
}
