// The environment that a trainer process starts with. Libraries read these when they are loaded, so they are set from outside.

type Variables = Readonly<Record<string, string>>

const everywhere: Variables = {
  // On a GPU TensorFlow would take all of the memory at once; so it takes what it needs as it needs it.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // What TensorFlow has to say below an error is for its own makers; a crash's last words must not drown in it.
  TF_CPP_MIN_LOG_LEVEL: '3',
}

const onLinux: Variables = {
  // glibc gives each of TensorFlow's threads an arena of its own, each of which keeps what was freed in it: two hold less.
  MALLOC_ARENA_MAX: '2',
}

/** `env` with what the trainer wants besides; what the user has set stays as it is. */
export function trainerEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  return { ...everywhere, ...(platform === 'linux' ? onLinux : {}), ...env }
}
