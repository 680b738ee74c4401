// The most memory this process has had resident.
import { existsSync, readFileSync } from 'node:fs'

const STATUS = '/proc/self/status'

/** VmHWM in bytes; where there is no /proc what getrusage says, which Node gives in KiB. */
export function peakBytes(): number {
  const found = existsSync(STATUS) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))
  return 1024 * (found ? Number(found[1]) : process.resourceUsage().maxRSS)
}
