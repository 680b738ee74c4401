// Who may import whom. Each rule is one sentence of ARCHITECTURE.md.
const rule = (name, from, to) => ({ name, severity: 'error', from, to })
module.exports = {
  forbidden: [
    rule('no-circles', {}, { circular: true }),
    // Icons are found through a pattern in their package's exports that dependency-cruiser does not read; Vite and svelte-check do.
    rule('no-dead-ends', {}, { couldNotResolve: true, pathNot: ['^svelte/', '^@lucide/svelte/icons/'] }),
    // the two leaves
    rule(
      'contract-knows-nobody',
      { path: '^src/contract/' },
      { pathNot: ['^src/contract/', '(^|/)node_modules/zod/'] },
    ),
    rule(
      'ml-knows-only-tensors',
      { path: '^src/ml/' },
      { pathNot: ['^src/ml/', '(^|/)node_modules/@tensorflow/', '(^|/)node_modules/@huggingface/'] },
    ),
    rule(
      'one-door-to-tfjs',
      { path: '^src/', pathNot: ['^src/ml/tf\\.ts$', '^src/main/trainer/engine/'] },
      { path: '(^|/)node_modules/@tensorflow/' },
    ),
    rule(
      'one-door-to-tokenizers',
      { path: '^src/', pathNot: ['^src/ml/tokenizers/'] },
      { path: '(^|/)node_modules/@huggingface/' },
    ),
    rule(
      'through-contracts-door',
      { path: '^src/(?!contract/)' },
      { path: '^src/contract/', pathNot: '^src/contract/index\\.ts$' },
    ),
    rule('through-mls-door', { path: '^src/(?!ml/)' }, { path: '^src/ml/', pathNot: '^src/ml/(toy/)?index\\.ts$' }),
    rule(
      'the-toy-needs-no-tensors',
      { path: '^src/ml/toy/' },
      { path: '^src/ml/', pathNot: ['^src/ml/toy/', '^src/ml/random\\.ts$'] },
    ),
    // the main process
    rule(
      'only-shells-meet-electron',
      { path: '^src/', pathNot: ['^src/main/index\\.ts$', '^src/preload/'] },
      { path: '(^|node_modules/)electron(/|$)' },
    ),
    rule(
      'only-the-store-meets-sqlite',
      { path: '^src/', pathNot: '^src/main/store/' },
      { path: '(^|/)node_modules/better-sqlite3/' },
    ),
    rule('only-the-trainer-meets-ml', { path: '^src/(?!ml/|main/(trainer|toy)/)' }, { path: '^src/ml/' }),
    rule(
      'the-toy-thread-meets-only-the-toy',
      { path: '^src/main/toy/' },
      {
        path: '^src/(ml|main)/',
        pathNot: ['^src/main/toy/', '^src/main/thread-file\\.ts$', '^src/ml/toy/index\\.ts$'],
      },
    ),
    rule('the-toy-thread-is-started', { path: '^src/' }, { path: '^src/main/toy/thread\\.ts$' }),
    rule(
      'store-knows-only-contract',
      { path: '^src/main/store/' },
      { path: '^src/', pathNot: ['^src/main/store/', '^src/contract/'] },
    ),
    rule(
      'formats-know-only-contract',
      { path: '^src/main/formats/' },
      { path: '^src/', pathNot: ['^src/main/formats/', '^src/contract/', '^src/main/thread-file\\.ts$'] },
    ),
    rule(
      'studies-know-only-contract',
      { path: '^src/main/studies/' },
      { path: '^src/', pathNot: ['^src/main/studies/', '^src/contract/'] },
    ),
    rule(
      'through-the-studies-door',
      { path: '^src/(?!main/studies/)' },
      { path: '^src/main/studies/', pathNot: '^src/main/studies/index\\.ts$' },
    ),
    rule(
      'trainer-reaches-no-neighbour',
      { path: '^src/main/trainer/' },
      { path: '^src/main/', pathNot: '^src/main/trainer/' },
    ),
    rule(
      'app-sees-only-the-trainers-protocol',
      { path: '^src/main/app/' },
      { path: '^src/main/trainer/', pathNot: '/protocol\\.ts$' },
    ),
    rule('nobody-imports-a-shell', { path: '^src/' }, { path: '^src/main/(index|serve|cli)\\.ts$' }),
    // the window
    rule('window-speaks-only-contract', { path: '^src/(renderer|preload)/' }, { path: '^src/(main|ml)/' }),
    rule(
      'screens-are-strangers',
      { path: '^src/renderer/screens/([^/]+)/' },
      { path: '^src/renderer/screens/', pathNot: '^src/renderer/screens/$1/' },
    ),
    rule('parts-know-no-screen', { path: '^src/renderer/parts/' }, { path: '^src/renderer/(screens|client)' }),
  ],
  options: {
    tsPreCompilationDeps: true, // type-only imports count: a wall is a wall
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\?modulePath$' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte', '.svelte.ts', '.js'],
      conditionNames: ['svelte', 'import', 'node', 'default'],
    },
  },
}
