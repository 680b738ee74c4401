// Every action of the window, once: its keys, its name and its screen. The key sheet, the palette and Settings read this table.
// An action without keys is reached by the palette and by its button.

export type KeyScreen =
  | 'Everywhere'
  | 'Lists'
  | 'Pairs'
  | 'Pairs of a set'
  | 'Import'
  | 'Sample pairs'
  | 'Annotate'
  | 'Models'
  | 'New run'
  | 'Run'
  | 'Runs'
  | 'Evaluate'
  | 'Studies'
  | 'Lab'
  | 'Settings'

export type Action = {
  screen: KeyScreen
  label: string
  /** Chords as in chords.ts; any of them will do. */
  keys: readonly string[]
  /** Works while a text box has the focus as well. */
  inText?: boolean
}

const action = (screen: KeyScreen, label: string, keys: readonly string[] = [], inText?: boolean): Action => ({
  screen,
  label,
  keys,
  inText,
})

export const actions = {
  'palette.open': action('Everywhere', 'Find a screen or an action', ['Mod+K'], true),
  'keys.open': action('Everywhere', 'Keys of this screen', ['?']),
  'go.pairs': action('Everywhere', 'Go to Pairs', ['Alt+1']),
  'go.annotate': action('Everywhere', 'Go to Annotate', ['Alt+2']),
  'go.models': action('Everywhere', 'Go to Models', ['Alt+3']),
  'go.runs': action('Everywhere', 'Go to Runs', ['Alt+4']),
  'go.evaluate': action('Everywhere', 'Go to Evaluate', ['Alt+5']),
  'go.studies': action('Everywhere', 'Go to Studies', ['Alt+6']),
  'go.lab': action('Everywhere', 'Go to Lab', ['Alt+7']),
  'go.settings': action('Everywhere', 'Go to Settings', ['Alt+8']),
  'go.import': action('Everywhere', 'Import pairs from a file'),
  'go.sample': action('Everywhere', 'Sample pairs from a model'),
  'go.new-run': action('Everywhere', 'Start a new run'),
  'go.new-evaluation': action('Everywhere', 'Evaluate a model or a run'),
  'theme.light': action('Everywhere', 'Light theme'),
  'theme.dark': action('Everywhere', 'Dark theme'),
  'theme.system': action('Everywhere', 'Theme of the system'),

  'list.down': action('Lists', 'Next row', ['ArrowDown', 'J']),
  'list.up': action('Lists', 'Previous row', ['ArrowUp', 'K']),
  'list.close': action('Lists', 'Close the detail', ['Escape']),

  'pairs.import': action('Pairs', 'Import pairs', ['I']),
  'pairs.sample': action('Pairs', 'Sample pairs from a model', ['S']),

  'set.search': action('Pairs of a set', 'Search', ['/']),
  'set.difference': action('Pairs of a set', 'Show or hide the word difference', ['D']),
  'set.annotate': action('Pairs of a set', 'Annotate this set', ['A']),
  'set.sample': action('Pairs of a set', 'Sample answers to its prompts'),
  'set.measure': action('Pairs of a set', 'Measure the pairs under the chosen model', ['M']),
  'set.train': action('Pairs of a set', 'Start a run on this set'),
  'set.rename': action('Pairs of a set', 'Rename this set'),
  'set.remove': action('Pairs of a set', 'Remove this set'),

  'import.all': action('Import', 'Import the good rows', ['Mod+Enter'], true),
  'import.cancel': action('Import', 'Cancel', ['Escape']),

  'sample.start': action('Sample pairs', 'Start sampling', ['Mod+Enter'], true),
  'sample.cancel': action('Sample pairs', 'Cancel', ['Escape']),

  'annotate.first': action('Annotate', 'Answer 1 is better; an answer alone is good', ['1']),
  'annotate.second': action('Annotate', 'Answer 2 is better; an answer alone is bad', ['2']),
  'annotate.first-strong': action('Annotate', 'Answer 1 is much better', ['Shift+1']),
  'annotate.second-strong': action('Annotate', 'Answer 2 is much better', ['Shift+2']),
  'annotate.tie': action('Annotate', 'Tie', ['0']),
  'annotate.both-bad': action('Annotate', 'Both are bad', ['B']),
  'annotate.skip': action('Annotate', 'Skip', ['S']),
  'annotate.edit-first': action('Annotate', 'Edit answer 1', ['E']),
  'annotate.edit-second': action('Annotate', 'Edit answer 2', ['Shift+E']),
  'annotate.save-edit': action('Annotate', 'Save the edit', ['Mod+Enter'], true),
  'annotate.cancel-edit': action('Annotate', 'Leave the answer as it was', ['Escape'], true),
  'annotate.undo': action('Annotate', 'Undo', ['U', 'Mod+Z']),
  'annotate.redo': action('Annotate', 'Redo', ['Shift+U', 'Mod+Shift+Z']),
  'annotate.difference': action('Annotate', 'Show or hide the word difference', ['D']),

  'models.add': action('Models', 'Add a model', ['N']),
  'models.remove': action('Models', 'Remove this model'),

  'new-run.start': action('New run', 'Start the run', ['Mod+Enter'], true),

  'run.stop': action('Run', 'Stop this run', ['S']),
  'run.resume': action('Run', 'Resume this run', ['R']),
  'run.fork': action('Run', 'Fork: a new run with these settings', ['F']),
  'run.export': action('Run', 'Export the model', ['E']),
  'run.evaluate': action('Run', 'Evaluate this run'),
  'run.remove': action('Run', 'Remove this run'),
  'run.axis': action('Run', 'Next x axis: step, tokens, seconds', ['X']),

  'runs.new': action('Runs', 'New run', ['N']),
  'runs.compare-none': action('Runs', 'Close the comparison', ['Escape']),
  'runs.axis': action('Runs', 'Next x axis: step, tokens, seconds', ['X']),

  'evaluate.new': action('Evaluate', 'New evaluation', ['N']),
  'evaluate.start': action('Evaluate', 'Start the evaluation', ['Mod+Enter'], true),
  'evaluate.cancel': action('Evaluate', 'Cancel this evaluation'),
  'evaluate.remove': action('Evaluate', 'Remove this evaluation'),

  'studies.start': action('Studies', 'Start this study, or go on with it', ['Mod+Enter'], true),
  'studies.stop': action('Studies', 'Stop this study'),

  'lab.run': action('Lab', 'Run the toy', ['Mod+Enter'], true),
  'lab.stop': action('Lab', 'Stop the toy', ['S']),
} as const satisfies Record<string, Action>

export type ActionId = keyof typeof actions
