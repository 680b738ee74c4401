import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  main: {
    build: {
      rollupOptions: {
        input: {
          index: 'src/main/index.ts',
          serve: 'src/main/serve.ts',
          cli: 'src/main/cli.ts',
          trainer: 'src/main/trainer/process.ts',
          'parquet-worker': 'src/main/formats/parquet-worker.ts',
          'toy-thread': 'src/main/toy/thread.ts',
        },
      },
    },
  },
  // A sandboxed preload must be CommonJS.
  preload: { build: { rollupOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } } } },
  // Screens have addresses of several parts, so the window's files are named from the root, and fonts are never inlined.
  renderer: {
    plugins: [svelte(), { name: 'from-the-root', enforce: 'post', config: () => ({ base: '/' }) }],
    build: { assetsInlineLimit: 0 },
  },
})
