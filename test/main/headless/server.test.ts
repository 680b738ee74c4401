// The gate and the door of the headless shell, over real sockets. The app behind it is only its door and board.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { ProblemError, type Sequenced } from '#contract'
import { openBoard } from '../../../src/main/app/board.ts'
import { serveApp, type Server } from '../../../src/main/headless/server.ts'

const home = mkdtempSync(join(tmpdir(), 'attune-server-'))
const board = openBoard(2)
const app = {
  home,
  board,
  ready: Promise.resolve(),
  close: () => Promise.resolve(),
  ask: (name: string, input: unknown) =>
    name === 'echo'
      ? Promise.resolve(input)
      : Promise.reject(new ProblemError({ code: 'not-found', message: 'No such command' })),
}
let server: Server
let cookie: string

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }

function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const json = { 'content-type': 'application/json' }
const ask = (body: unknown, headers = {}) => send('POST', '/ask', { ...json, cookie, ...headers }, JSON.stringify(body))

beforeAll(async () => {
  const window = join(home, 'window')
  mkdirSync(window)
  writeFileSync(join(window, 'index.html'), '<!doctype html>window')
  writeFileSync(join(home, 'secret.html'), 'secret')
  server = await serveApp(app, window, 0)
  const token = new URL(server.link())
  const opened = await send('GET', `${token.pathname}${token.search}`)
  expect(opened.status).toBe(303)
  cookie = String(opened.headers['set-cookie']).split(';')[0] ?? ''
  expect(String(opened.headers['set-cookie'])).toContain('HttpOnly; SameSite=Strict')
})
afterAll(async () => {
  await server.close()
  rmSync(home, { recursive: true, force: true })
})

test('a link opens once', async () => {
  const link = new URL(server.link())
  expect((await send('GET', `/${link.search}`)).status).toBe(303)
  expect((await send('GET', `/${link.search}`)).status).toBe(403)
})

test('nothing is given without the cookie', async () => {
  expect((await send('GET', '/')).status).toBe(403)
  expect((await send('POST', '/ask', json, '{}')).status).toBe(403)
  expect((await send('POST', '/upload?name=a', {}, 'x')).status).toBe(403)
  expect((await send('GET', '/', { cookie: `attune-${server.port}=wrong` })).status).toBe(403)
})

test('another host name or origin is refused, token or cookie notwithstanding', async () => {
  expect((await send('GET', '/', { cookie, host: 'evil.example' })).status).toBe(403)
  expect((await ask({ name: 'echo', input: 1 }, { origin: 'http://evil.example' })).status).toBe(403)
  const link = new URL(server.link())
  expect((await send('GET', `/${link.search}`, { host: 'evil.example' })).status).toBe(403)
})

test('the window comes with its policy, for every screen address', async () => {
  for (const path of ['/', '/runs/3']) {
    const { status, headers, body } = await send('GET', path, { cookie })
    expect([status, body]).toEqual([200, '<!doctype html>window'])
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
  }
})

test('no path leads out of the window folder', async () => {
  for (const path of ['/../secret.html', '/..%2fsecret.html', '/%2e%2e/secret.html', '/%zz.html'])
    expect((await send('GET', path, { cookie })).status, path).toBe(404)
})

test('commands are answered, refusals too', async () => {
  expect(JSON.parse((await ask({ name: 'echo', input: { a: 1 } })).body)).toEqual({ out: { a: 1 } })
  expect(JSON.parse((await ask({ name: 'nothing', input: {} })).body)).toMatchObject({ problem: { code: 'not-found' } })
  const form = await send('POST', '/ask', { cookie, 'content-type': 'text/plain' }, '{}')
  expect(JSON.parse(form.body)).toMatchObject({ problem: { code: 'bad-input' } })
  const broken = await send('POST', '/ask', { ...json, cookie }, '{')
  expect(JSON.parse(broken.body)).toMatchObject({ problem: { message: 'The command is not valid JSON' } })
})

test('an upload lies where it says, under a tame name', async () => {
  const { body } = await send(
    'POST',
    `/upload?name=${encodeURIComponent('../../e vil\n.jsonl')}`,
    { cookie },
    Buffer.from('{"a":1}'),
  )
  const { file } = JSON.parse(body) as { file: string }
  expect(file.startsWith(join(home, 'uploads'))).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('{"a":1}')
})

test('events arrive, and those missed can be asked for while they are kept', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/events`, { headers: { cookie } })
  const seen: Sequenced[] = []
  socket.on('message', (data: Buffer) => seen.push(JSON.parse(data.toString()) as Sequenced))
  await new Promise((open) => socket.once('open', open))
  board.publish('runs.removed', { run: 1 as never })
  board.publish('runs.removed', { run: 2 as never })
  await expect.poll(() => seen.map(({ seq }) => seq)).toEqual([1, 2])
  socket.terminate()
  const after = async (known: unknown) =>
    JSON.parse((await send('POST', '/after', { ...json, cookie }, JSON.stringify(known))).body) as {
      board: string
      seq: number
      events: Sequenced[] | null
    }
  const first = await after({ board: null, seq: 0 })
  expect(first).toMatchObject({ seq: 2, events: null })
  expect((await after({ board: first.board, seq: 1 })).events?.map(({ seq }) => seq)).toEqual([2])
})

test('the pipe is closed to strangers', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/events`)
  await expect(new Promise((open, refused) => socket.once('open', open).once('error', refused))).rejects.toThrow('403')
})
