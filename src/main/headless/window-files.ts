// The built window's files, for the headless shell and for Electron's own protocol: name in, bytes and headers out.
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/** No remote code, no inline script, no frame. Inline styles stay: charts set sizes and positions. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const safeHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

export type WindowFile = { status: number; headers: Record<string, string>; body: Uint8Array }

/** The file at a URL path; a path without an ending is a screen's address and gets index.html. 404 for anything else that is not there. */
export async function windowFile(folder: string, urlPath: string): Promise<WindowFile> {
  const path = extname(urlPath) === '' ? '/index.html' : decodedPath(urlPath)
  const file = path === null ? null : normalize(join(folder, path))
  const type = file === null ? undefined : types[extname(file)]
  if (file === null || type === undefined || !file.startsWith(folder + sep)) return missing
  try {
    const body = await readFile(file)
    const cache = path === '/index.html' ? 'no-cache' : 'max-age=31536000, immutable'
    return { status: 200, headers: { ...safeHeaders, 'content-type': type, 'cache-control': cache }, body }
  } catch {
    return path === '/index.html' ? notBuilt : missing
  }
}

const plain = { ...safeHeaders, 'content-type': 'text/plain; charset=utf-8' }
const missing: WindowFile = { status: 404, headers: plain, body: Buffer.from('There is no such file.\n') }
const notBuilt: WindowFile = {
  status: 503,
  headers: plain,
  body: Buffer.from('The window is not built yet. Run npm start, or npm run build.\n'),
}

function decodedPath(urlPath: string): string | null {
  try {
    return decodeURIComponent(urlPath)
  } catch {
    return null
  }
}
