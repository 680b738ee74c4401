// The letter slot between the window and the app: four functions, and it never grows.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Answer, Bridge, CatchUp, Sequenced } from '#contract'

const bridge: Bridge & { pathOf(file: File): string } = {
  ask: (name, input) => ipcRenderer.invoke('attune:ask', name, input) as Promise<Answer>,
  after: (board, seq) => ipcRenderer.invoke('attune:after', board, seq) as Promise<CatchUp>,
  listen: (listener) => void ipcRenderer.on('attune:event', (_event, data: Sequenced) => listener(data)),
  pathOf: (file) => webUtils.getPathForFile(file),
}

contextBridge.exposeInMainWorld('attune', bridge)
