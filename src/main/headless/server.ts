// The headless shell's server: the window's files, one door for commands, one pipe for events, all on 127.0.0.1.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { ProblemError, problemOf, type Answer } from '#contract'
import { appBridge } from '../app/bridge.ts'
import type { App } from '../app/index.ts'
import { openGate } from './gate.ts'
import { openUploads } from './uploads.ts'
import { safeHeaders, windowFile } from './window-files.ts'

/** Largest command, bytes. */
const COMMAND_LIMIT = 4 * 2 ** 20

export interface Server {
  port: number
  /** A new address that opens the app once. */
  link(): string
  close(): Promise<void>
}

/** Serves `app` on 127.0.0.1. Port 0 takes a free one. Rejects when the port is taken. */
export async function serveApp(app: App, window: string, port: number): Promise<Server> {
  const bridge = appBridge(app)
  const gate = openGate(() => (http.address() as AddressInfo).port)
  const uploads = openUploads(join(app.home, 'uploads'))
  await uploads.clear()

  const routes: Record<string, (request: IncomingMessage, url: URL) => Promise<unknown>> = {
    '/ask': async (request) => {
      const { name, input } = (await jsonBody(request)) as { name: unknown; input: unknown }
      return bridge.ask(name, input)
    },
    '/after': async (request) => {
      const { board, seq } = (await jsonBody(request)) as { board: unknown; seq: unknown }
      return bridge.after(board, seq)
    },
    '/upload': async (request, url) => ({
      file: await uploads.take(request, url.searchParams.get('name') ?? 'upload'),
    }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const token = url.searchParams.get('token')
    if (request.method === 'GET' && token !== null && gate.strange(request) === null) {
      const cookie = gate.spend(token)
      if (cookie)
        return void response.writeHead(303, { ...safeHeaders, 'set-cookie': cookie, location: url.pathname }).end()
    }
    const refused = gate.refusal(request)
    if (refused)
      return say(response, 403, `${refused} Press Enter in the terminal where Attune runs to get a new link.\n`)
    const route = request.method === 'POST' ? routes[url.pathname] : undefined
    if (route) return void (await json(request, response, () => route(request, url)))
    if (request.method !== 'GET') return say(response, 405, 'Only GET and POST.\n')
    const { status, headers, body } = await windowFile(window, url.pathname)
    response.writeHead(status, headers).end(body)
  }

  const http = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => {
      if (!response.headersSent) say(response, 500, `${problemOf(thrown).message}\n`)
    })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 })
  http.on('upgrade', (request, socket, head) => {
    if (request.url !== '/events' || gate.refusal(request)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (pipe) => {
      const stop = app.board.listen((event) => pipe.send(JSON.stringify(event)))
      pipe.on('close', stop).on('error', stop)
    })
  })

  await new Promise<void>((listening, refused) => http.once('error', refused).listen(port, '127.0.0.1', listening))
  const { port: taken } = http.address() as AddressInfo
  return {
    port: taken,
    link: () => `http://127.0.0.1:${taken}/?token=${gate.token()}`,
    async close() {
      for (const pipe of sockets.clients) pipe.terminate()
      http.closeAllConnections()
      await new Promise((closed) => http.close(closed))
      await uploads.clear()
    },
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...safeHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

async function json(request: IncomingMessage, response: ServerResponse, work: () => Promise<unknown>): Promise<void> {
  let body: unknown
  try {
    body = await work()
  } catch (thrown) {
    body = { problem: problemOf(thrown) } satisfies Answer
    if (!request.complete) response.setHeader('connection', 'close')
  }
  response
    .writeHead(200, { ...safeHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  // A page of another origin can post a form without asking first, but not JSON.
  if (!request.headers['content-type']?.startsWith('application/json'))
    throw new ProblemError({ code: 'bad-input', message: 'Commands are JSON' })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > COMMAND_LIMIT) throw new ProblemError({ code: 'bad-input', message: 'The command is larger than 4 MiB' })
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new ProblemError({ code: 'bad-input', message: 'The command is not valid JSON' })
  }
}
