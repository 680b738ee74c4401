// A disk in memory that is soon full: a real ENOSPC where the test may mount one.
import { execFileSync } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** Mounts a disk of that size over a folder until the test is over. False where that is not allowed. */
export function mountSmallDisk(folder: string, size: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return false
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  return true
}

export function resizeDisk(folder: string, size: string): void {
  execFileSync('mount', ['-o', `remount,size=${size}`, folder])
}
