// The gate of the headless shell: only this machine, only who opened the one-time link, only our own page.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Gate {
  /** A new link's token. It opens the gate once. */
  token(): string
  /** Spends a token and returns the cookie to set, or null. */
  spend(token: string): string | null
  /** Why a request is refused, or null when it may pass. */
  refusal(request: IncomingMessage): string | null
  /** Why a request is not from our own page or link, or null: the part of the check that needs no cookie. */
  strange(request: IncomingMessage): string | null
}

/** @param port of the server, once it listens */
export function openGate(port: () => number): Gate {
  const tokens = new Set<string>()
  const session = randomBytes(32).toString('base64url')
  const hosts = () => [`127.0.0.1:${port()}`, `localhost:${port()}`]
  // Cookies do not tell ports apart; two servers on one machine must not overwrite each other's.
  const cookieName = () => `attune-${port()}`

  const strange = ({ headers }: IncomingMessage): string | null => {
    if (!hosts().includes(headers.host ?? '')) return 'This server answers only under its own address.'
    const { origin } = headers
    if (origin !== undefined && !hosts().some((host) => origin === `http://${host}`))
      return 'This server answers only to its own page.'
    return null
  }

  return {
    token() {
      const token = randomBytes(24).toString('base64url')
      tokens.add(token)
      return token
    },
    spend: (token) => (tokens.delete(token) ? `${cookieName()}=${session}; HttpOnly; SameSite=Strict; Path=/` : null),
    strange,
    refusal(request) {
      const why = strange(request)
      if (why) return why
      const given = cookieOf(request, cookieName())
      return given !== null && same(given, session)
        ? null
        : 'This page was not opened with a link from the terminal, or its link was used already.'
    },
  }
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=')
    if (key === name && value !== undefined) return value
  }
  return null
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
