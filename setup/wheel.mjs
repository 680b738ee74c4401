// Plans where native TensorFlow comes from: the wheel of the Python package index that holds its C library and headers.

/** The one version that the binding is compiled against. */
export const TENSORFLOW = '2.21.0'
const PYTHON = '3.12' // any that the wheel exists for: its C libraries do not depend on Python

/**
 * @typedef {object} WheelPlan
 * @property {string} name of its folder in the cache
 * @property {string} requirement for pip
 * @property {string[]} platforms the tags that pip may take
 * @property {string[]} libraries file names inside tensorflow/
 * @property {boolean} cuda whether the CUDA wheels it names come too
 * @property {'cpu' | 'gpu'} device
 * @property {number} download bytes, about
 * @property {number} disk bytes needed while it is unpacked, about
 */

const GLIBC = ['2_27', '2_17', '2_12', '2_5']
/** @param {string} machine @returns {string[]} old pips know only the old names of the tags */
const manylinux = (machine) =>
  [...GLIBC.map((version) => `manylinux_${version}`), 'manylinux2014', 'manylinux2010', 'manylinux1'].map(
    (tag) => `${tag}_${machine}`,
  )

/**
 * The wheel for a machine, or the line that says why there is none.
 * @param {{ platform: string, arch: string, gpu: boolean }} machine @returns {WheelPlan | { refusal: string }}
 */
export function wheelPlan({ platform, arch, gpu }) {
  const linux = { x64: 'x86_64', arm64: 'aarch64' }[arch]
  const name = `tensorflow-${TENSORFLOW}-${platform}-${arch}`
  if (platform === 'linux' && linux !== undefined) {
    const cuda = gpu && arch === 'x64'
    return {
      name: `${name}-${cuda ? 'gpu' : 'cpu'}`,
      // Only x86 has a separate wheel without CUDA; the arm one has none in it.
      requirement: `${cuda || arch !== 'x64' ? 'tensorflow' : 'tensorflow-cpu'}==${TENSORFLOW}`,
      platforms: manylinux(linux),
      libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
      cuda,
      device: cuda ? 'gpu' : 'cpu',
      download: cuda ? 3.5e9 : 0.274e9,
      disk: cuda ? 12e9 : 1.5e9,
    }
  }
  if (platform === 'darwin' && arch === 'arm64') {
    return {
      name: `${name}-cpu`,
      requirement: `tensorflow==${TENSORFLOW}`,
      platforms: ['macosx_12_0_arm64'],
      libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
      cuda: false,
      device: 'cpu',
      download: 0.25e9,
      disk: 1.5e9,
    }
  }
  return { refusal: `TensorFlow ${TENSORFLOW} has no library to link against on ${platform}-${arch}.` }
}

/**
 * Arguments of `pip download` for one requirement, in the order to try: for a named platform, so that the version of
 * Python does not matter, then plainly, for pips too old for that.
 * @param {string} requirement @param {string[]} platforms @param {string} folder @returns {string[][]}
 */
export function downloadArguments(requirement, platforms, folder) {
  const common = ['download', '--no-deps', '--only-binary=:all:', '--no-input', '--no-cache-dir']
  const patience = [
    '--disable-pip-version-check',
    '--retries',
    '1',
    '--timeout',
    '20',
    '--progress-bar',
    'off',
    '--dest',
    folder,
  ]
  const target = ['--implementation', 'cp', '--python-version', PYTHON]
  const tags = platforms.flatMap((tag) => ['--platform', tag])
  return [
    [...common, ...patience, ...target, ...tags, requirement],
    [...common, ...patience, requirement],
  ]
}

/**
 * The CUDA wheels that TensorFlow's own metadata names under its extra `and-cuda`.
 * @param {string} metadata the wheel's METADATA file @returns {string[]} requirements for pip
 */
export function cudaRequirements(metadata) {
  return metadata
    .split(/\r?\n/)
    .map((line) => /^Requires-Dist:\s*([^;]+);.*extra\s*==\s*["']and-cuda["']/.exec(line)?.[1])
    .filter((requirement) => requirement !== undefined)
    .map((requirement) => requirement.replace(/[()\s]/g, ''))
}

/**
 * The parts of TensorFlow's wheel that are kept: its two libraries, its metadata, and the headers that the binding's
 * sources reach. @param {WheelPlan} plan @returns {string[]} prefixes of names in the wheel
 */
export function wantedPrefixes(plan) {
  const headers = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/'].map(
    (path) => `tensorflow/include/${path}`,
  )
  return [...plan.libraries.map((library) => `tensorflow/${library}`), ...headers]
}

/**
 * The line for a failed `pip download`.
 * @param {'missing' | 'timeout' | 'idle' | null} reason @param {string} text what pip printed @returns {string}
 */
export function pipRefusal(reason, text) {
  const offline =
    /Failed to establish|NewConnection|Connection ?(refused|reset|aborted)|Name or service|getaddrinfo|ProxyError|timed? ?out|Temporary failure|SSLError/i
  if (reason === 'idle' || reason === 'timeout' || offline.test(text)) {
    return 'pip could not reach the Python package index. Check the network or the proxy, then run: npm run setup'
  }
  const last = text
    .split(/\r?\n/)
    .filter((line) => /^ERROR:/.test(line))
    .pop()
  const said = (last ?? text.trim().split(/\r?\n/).pop() ?? '').replace(/^ERROR:\s*/, '').slice(0, 200)
  return `pip did not bring TensorFlow (${said || 'it gave no reason'}). Update pip, then run: npm run setup`
}
