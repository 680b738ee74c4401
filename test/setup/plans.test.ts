// The plans of set-up: pure decisions about wheels, folders, Node versions and npm's lock file.
import { expect, test } from 'vitest'
import { compileArguments } from '../../setup/binding.mjs'
import { cacheFolder } from '../../setup/cache.mjs'
import { npmRefusal, packagesFit } from '../../setup/packages.mjs'
import { runsAttune } from '../../setup/project-node.mjs'
import { toolsMissing } from '../../setup/tensorflow.mjs'
import { cudaRequirements, downloadArguments, pipRefusal, wantedPrefixes, wheelPlan } from '../../setup/wheel.mjs'

const plan = (platform: string, arch: string, gpu = false) => {
  const made = wheelPlan({ platform, arch, gpu })
  if ('refusal' in made) throw new Error(made.refusal)
  return made
}

test('each machine gets its wheel, and CUDA only where a GPU was seen', () => {
  expect(plan('linux', 'x64').requirement).toBe('tensorflow-cpu==2.21.0')
  expect(plan('linux', 'x64')).toMatchObject({ device: 'cpu', cuda: false })
  expect(plan('linux', 'x64', true)).toMatchObject({ requirement: 'tensorflow==2.21.0', device: 'gpu', cuda: true })
  expect(plan('linux', 'x64', true).name).not.toBe(plan('linux', 'x64').name)
  expect(plan('linux', 'arm64', true)).toMatchObject({ requirement: 'tensorflow==2.21.0', cuda: false })
  expect(plan('linux', 'arm64').platforms).toContain('manylinux_2_27_aarch64')
  expect(plan('darwin', 'arm64').libraries).toContain('libtensorflow_cc.2.dylib')
})

test('a machine without a wheel to link against is refused in one line', () => {
  for (const [platform, arch] of [
    ['win32', 'x64'],
    ['darwin', 'x64'],
    ['freebsd', 'x64'],
    ['linux', 'ia32'],
  ] as const) {
    expect(wheelPlan({ platform, arch, gpu: false })).toEqual({
      refusal: `TensorFlow 2.21.0 has no library to link against on ${platform}-${arch}.`,
    })
  }
})

test('pip is asked for a named platform first, then plainly', () => {
  const [named, plain] = downloadArguments(
    'tensorflow-cpu==2.21.0',
    ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
    '/to',
  )
  expect(named?.join(' ')).toContain('--platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64')
  expect(named).toContain('--python-version')
  expect(plain).not.toContain('--platform')
  for (const args of [named, plain]) {
    expect(args).toEqual(
      expect.arrayContaining(['download', '--no-deps', '--only-binary=:all:', 'tensorflow-cpu==2.21.0']),
    )
  }
})

test('the CUDA wheels are those of the and-cuda extra, whatever the spacing', () => {
  const metadata = [
    'Requires-Dist: numpy>=1.26.0',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    "Requires-Dist: nvidia-nccl-cu12 (<3.0,>=2.27.7) ; extra == 'and-cuda'",
    'Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; python_version < "3.12" and extra == "gcs-filesystem"',
  ].join('\r\n')
  expect(cudaRequirements(metadata)).toEqual(['nvidia-cublas-cu12<13.0,>=12.5.3.2', 'nvidia-nccl-cu12<3.0,>=2.27.7'])
})

test('only the libraries and the headers that the binding reaches are unpacked', () => {
  const prefixes = wantedPrefixes(plan('linux', 'x64'))
  const taken = (name: string) => prefixes.some((prefix) => name.startsWith(prefix))
  expect(taken('tensorflow/libtensorflow_cc.so.2')).toBe(true)
  expect(taken('tensorflow/include/tensorflow/c/eager/c_api.h')).toBe(true)
  expect(taken('tensorflow/include/xla/tsl/c/tsl_status.h')).toBe(true)
  expect(taken('tensorflow/include/tensorflow/compiler/mlir/ir.h')).toBe(false)
  expect(taken('tensorflow/python/lib_pywrap_tensorflow_common.so')).toBe(false)
})

test('the compiled binding finds its libraries beside itself, so that its folder can move', () => {
  const job = { root: '/r', folder: '/f', libraries: ['libtensorflow_cc.so.2'] }
  expect(compileArguments({ ...job, platform: 'linux' })).toContain('-Wl,-rpath,$ORIGIN/tensorflow')
  expect(compileArguments({ ...job, platform: 'darwin' })).toEqual(
    expect.arrayContaining(['-Wl,-rpath,@loader_path/tensorflow', 'dynamic_lookup']),
  )
})

test('the cache is where the system keeps caches, or where the user says', () => {
  const env = { LOCALAPPDATA: 'L', XDG_CACHE_HOME: '/x' }
  expect(cacheFolder({ env: { ATTUNE_CACHE: '/own' }, platform: 'linux', home: '/h' })).toBe('/own')
  expect(cacheFolder({ env, platform: 'linux', home: '/h' })).toBe('/x/attune')
  expect(cacheFolder({ env: {}, platform: 'linux', home: '/h' })).toBe('/h/.cache/attune')
  expect(cacheFolder({ env, platform: 'darwin', home: '/h' })).toBe('/h/Library/Caches/attune')
  expect(cacheFolder({ env, platform: 'win32', home: '/h' })).toBe('L/attune/Cache')
})

test('Node must run TypeScript as it is', () => {
  const verdicts = {
    'v20.20.2': false,
    'v22.17.1': false,
    'v22.18.0': true,
    'v23.5.0': false,
    'v23.6.0': true,
    'v24.0.0': true,
    'v26.1.0': true,
  }
  for (const [version, verdict] of Object.entries(verdicts))
    expect([version, runsAttune(version)]).toEqual([version, verdict])
})

test('packages fit when each wanted one is there in its version, and no other', () => {
  const locked = { '': {}, a: { version: '1', integrity: 'x' }, b: { version: '2', integrity: 'y', optional: true } }
  expect(packagesFit(locked, { a: { version: '1', integrity: 'x' } })).toBe(true)
  expect(packagesFit(locked, { a: { version: '1', integrity: 'x' }, b: { version: '2', integrity: 'y' } })).toBe(true)
  expect(packagesFit(locked, {})).toBe(false)
  expect(packagesFit(locked, { a: { version: '1.1', integrity: 'x' } })).toBe(false)
  expect(packagesFit(locked, { a: { version: '1', integrity: 'other' } })).toBe(false)
  expect(packagesFit(locked, { a: { version: '1', integrity: 'x' }, c: { version: '1', integrity: 'z' } })).toBe(false)
})

test('refusals are one line with what to do', () => {
  expect(
    pipRefusal(null, 'WARNING: Retrying … NewConnectionError(…)\nERROR: No matching distribution found for x'),
  ).toBe('pip could not reach the Python package index. Check the network or the proxy, then run: npm run setup')
  expect(pipRefusal(null, 'ERROR: No matching distribution found for tensorflow-cpu==2.21.0\n')).toBe(
    'pip did not bring TensorFlow (No matching distribution found for tensorflow-cpu==2.21.0). Update pip, then run: npm run setup',
  )
  expect(npmRefusal(null, 'npm error code ENOTFOUND')).toMatch(/^npm could not reach its registry/)
  expect(npmRefusal('missing', '')).toMatch(/^npm is not installed/)
  expect(npmRefusal(null, 'npm error code EACCES\nnpm error Your cache folder contains root-owned files')).toBe(
    'npm could not install the packages: Your cache folder contains root-owned files. Remove node_modules and start again.',
  )
  expect(toolsMissing(false, true, 'linux')).toBe(
    'No C++ compiler was found. Install what is missing (on Debian and Ubuntu: apt install g++), then run: npm run setup',
  )
  expect(toolsMissing(false, false, 'linux')).toContain('No C++ compiler and no pip was found')
})
