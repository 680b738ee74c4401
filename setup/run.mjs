// Runs one of Attune's programs under the project's Node: node setup/run.mjs src/main/cli.ts [arguments]
// npm's shell may still remember an older Node from before set-up brought the right one.
import { spawn } from 'node:child_process'
import module from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from './cache.mjs'
import { projectNode, projectRoot, runsAttune } from './project-node.mjs'

const [program = '', ...args] = process.argv.slice(2)
const file = resolve(projectRoot, program)

// Compiled sources are kept between starts, here and in the processes that this one starts: they start in half the time.
process.env.NODE_COMPILE_CACHE ??= join(cacheFolder(), 'compiled')

if (runsAttune(process.version)) {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE)
  process.argv.splice(1, 2, file)
  await import(pathToFileURL(file).href)
} else {
  const child = spawn(projectNode(projectRoot), [file, ...args], { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
