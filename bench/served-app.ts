// The real app behind `serve`, as a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const entry = join(import.meta.dirname, '..', 'src', 'main', 'serve.ts')

export type ServedApp = { /** Opens the app once. */ link: string; close(): Promise<void> }

/** Serves a home folder. Rejects with what the server said when it ends before it has an address. */
export async function serveHome(home: string): Promise<ServedApp> {
  const child = spawn(process.execPath, [entry, '--home', home, '--json'], { stdio: ['pipe', 'pipe', 'pipe'] })
  // A server must not outlive a measurement that fails.
  process.on('exit', () => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  let said = ''
  const link = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      const line = said.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'))
      if (line) resolve((JSON.parse(line) as { url: string }).url)
    })
    child.stderr.on('data', (text: Buffer) => void (said += text.toString()))
    child.once('exit', (code) => reject(new Error(`serve ended with ${String(code)}: ${said}`)))
  })
  return {
    link,
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
