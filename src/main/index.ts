// SHELL, Electron: window, protocol, letter slot. Decides nothing.
import {
  app as electron,
  BrowserWindow,
  ipcMain,
  protocol,
  session,
  utilityProcess,
  type IpcMainInvokeEvent,
} from 'electron'
import { join } from 'node:path'
import { ProblemError, problemLine, problemOf, type Port } from '#contract'
import { appBridge } from './app/bridge.ts'
import { openApp, type App } from './app/index.ts'
import { trainerEnvironment } from './app/trainer-environment.ts'
import { windowFile } from './headless/window-files.ts'
import { homeFolder, placesBeside } from './places.ts'

const origin = 'attune://app'
const places = placesBeside(import.meta.dirname)

protocol.registerSchemesAsPrivileged([
  { scheme: 'attune', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

if (!electron.requestSingleInstanceLock()) electron.quit()
else void electron.whenReady().then(start, fail)

async function start(): Promise<void> {
  const app = await openApp({
    home: homeFolder(),
    resources: places.resources,
    version: places.version,
    fork: forkUtility,
  })
  protocol.handle('attune', async (request) => {
    const { status, headers, body } = await windowFile(places.window, new URL(request.url).pathname)
    return new Response(Buffer.from(body), { status, headers })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
  connect(app)
  openWindow(app)
  electron.on('second-instance', () => BrowserWindow.getAllWindows()[0]?.focus())
  electron.on('activate', () => BrowserWindow.getAllWindows().length === 0 && openWindow(app))
  electron.on('window-all-closed', () => process.platform !== 'darwin' && electron.quit())
  let closed = false
  electron.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    closed = true
    void app.close().finally(() => electron.quit())
  })
}

function connect(app: App): void {
  const bridge = appBridge(app)
  ipcMain.handle('attune:ask', (event, name: unknown, input: unknown) => isOwn(event) && bridge.ask(name, input))
  ipcMain.handle('attune:after', (event, known: unknown, seq: unknown) => isOwn(event) && bridge.after(known, seq))
}

/** Throws for a call from any frame but our own page's. */
function isOwn({ senderFrame }: IpcMainInvokeEvent): true {
  if (senderFrame?.url.startsWith(`${origin}/`)) return true
  throw new ProblemError({ code: 'refused', message: 'This call did not come from the window' })
}

function openWindow(app: App): void {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 900,
    minHeight: 700,
    show: false,
    title: 'Attune',
    icon: join(places.resources, 'icon.png'),
    webPreferences: {
      preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
    },
  })
  window.removeMenu()
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  window.webContents.on('will-attach-webview', (event) => event.preventDefault())
  const stop = app.board.listen((event) => window.webContents.send('attune:event', event))
  window.on('closed', stop)
  window.once('ready-to-show', () => window.show())
  void window.loadURL(`${origin}/`)
}

/** The trainer as Electron's utility process: with the RunAsNode fuse off, child_process.fork is not there. */
function forkUtility(): Port {
  const child = utilityProcess.fork(places.trainer, [], {
    env: trainerEnvironment(),
    serviceName: 'Attune trainer',
    stdio: 'inherit',
  })
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(`It ended with code ${code}.`)),
    kill: () => void child.kill(),
  }
}

function fail(thrown: unknown): void {
  console.error(problemLine(problemOf(thrown)))
  electron.exit(1)
}
