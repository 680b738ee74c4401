// SHELL, headless: the app behind a browser, on 127.0.0.1. Decides nothing.
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { problemLine, problemOf } from '#contract'
import { forkTrainer } from './app/fork.ts'
import { openApp } from './app/index.ts'
import { serveApp } from './headless/server.ts'
import { homeFolder, placesBeside } from './places.ts'

const usage = 'Usage: npm run serve -- [--home DIR] [--port N] [--open] [--json]'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      port: { type: 'string', default: '0' },
      open: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
  const places = placesBeside(import.meta.dirname)
  const app = await openApp({
    home: homeFolder(values.home),
    resources: places.resources,
    version: places.version,
    fork: () => forkTrainer(places.trainer),
  })
  const server = await serveApp(app, places.window, Number(values.port))

  const tell = () =>
    console.log(values.json ? JSON.stringify({ url: server.link() }) : `Attune is open at ${server.link()}`)
  tell()
  if (!values.json) console.log('The link works once; Enter gives a new one. Ctrl+C ends Attune.')
  if (values.open) openBrowser(server.link())
  process.stdin.on('data', tell).on('error', () => {})
  process.stdin.unref?.()

  const end = async () => {
    await server.close()
    await app.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())
}

function openBrowser(address: string): void {
  const [program, ...first] =
    process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : process.platform === 'darwin' ? ['open'] : ['xdg-open']
  if (!program) return
  spawn(program, [...first, address], { stdio: 'ignore', detached: true })
    .on('error', () => console.log('No browser could be opened here: open the address above yourself.'))
    .unref()
}

main().catch((thrown: unknown) => {
  const wrong = thrown instanceof TypeError && 'code' in thrown
  console.error(wrong ? `${thrown.message}\n${usage}` : problemLine(problemOf(thrown)))
  process.exit(wrong ? 2 : 1)
})
