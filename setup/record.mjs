// What set-up found, kept in node_modules/.attune/setup.json: makes the next start quick and is read by the doctor.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TENSORFLOW } from './wheel.mjs'

/**
 * @typedef {object} SetupRecord
 * @property {string} stamp hash of what the set-up was made for
 * @property {'wheel' | 'installer' | 'wasm'} origin where TensorFlow comes from
 * @property {string | null} tensorflowVersion null with wasm
 * @property {'cpu' | 'gpu'} device
 * @property {string[]} missed one line for each better way that was not to be had, with what to do
 * @property {string} checkedAt ISO time
 */

const FORMAT = 1

/** @param {string} root @returns {string} */
export const recordPath = (root) => join(root, 'node_modules', '.attune', 'setup.json')
/** @param {string} root @returns {string} */
export const bindingPath = (root) =>
  join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8', 'tfjs_binding.node')

/** The hash of all that a finished set-up depends on. @param {string} root @returns {string} */
export function setupStamp(root) {
  const hash = createHash('sha256')
  hash.update(readFileSync(join(root, 'package-lock.json')))
  hash.update(JSON.stringify([FORMAT, TENSORFLOW, process.platform, process.arch]))
  return hash.digest('hex').slice(0, 32)
}

/** The record as it stands, or null when there is none that can be read. @param {string} root @returns {SetupRecord | null} */
export function readRecord(root) {
  try {
    return JSON.parse(readFileSync(recordPath(root), 'utf8'))
  } catch {
    return null
  }
}

/** @param {string} root @param {SetupRecord} record */
export function writeRecord(root, record) {
  writeWhole(recordPath(root), `${JSON.stringify(record, null, 2)}\n`)
}

/** Writes a file under a temporary name and renames it. @param {string} path @param {string} text */
export function writeWhole(path, text) {
  mkdirSync(join(path, '..'), { recursive: true })
  const work = `${path}.${process.pid}.part`
  writeFileSync(work, text)
  renameSync(work, path)
}

/**
 * Whether the last set-up still stands: same inputs, and the binding it linked is still there (existsSync follows links).
 * @param {string} root @param {SetupRecord | null} record @returns {boolean}
 */
export function setupStands(root, record) {
  if (record === null || record.stamp !== setupStamp(root)) return false
  return record.origin === 'wasm' || existsSync(bindingPath(root))
}
