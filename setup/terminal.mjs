// Speaks to the person at the terminal, on standard error: standard output belongs to the command that follows.

const state = { lastProgress: 0, open: false }

/** Prints one plain line. @param {string} line */
export function say(line) {
  closeProgress()
  process.stderr.write(`${line}\n`)
}

/**
 * Shows how far a long step is: one line that is rewritten on a terminal, a line every ten seconds elsewhere.
 * @param {string} line
 */
export function showProgress(line) {
  const now = Date.now()
  if (now - state.lastProgress < (process.stderr.isTTY ? 200 : 10_000)) return
  state.lastProgress = now
  if (!process.stderr.isTTY) {
    process.stderr.write(`  ${line}\n`)
    return
  }
  process.stderr.write(`\r\x1b[K  ${line}`)
  state.open = true
}

function closeProgress() {
  if (state.open) process.stderr.write('\r\x1b[K')
  state.open = false
  // A step that ends within ten seconds needs no progress line.
  state.lastProgress = process.stderr.isTTY ? 0 : Date.now()
}

/** Bytes as whole megabytes. @param {number} bytes */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`
