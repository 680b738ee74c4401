// Answers of a policy to many prompts, judged, and which of them make pairs. They go out round by round, so that none is held for long.
import { ProblemError } from '#contract'
import { buildPairs, openPairs } from '#ml'
import { answersOf, roomyPrompts, type Answer } from '../answering.ts'
import { answerCheck, type AnswerCheck } from '../checking.ts'
import { longestWith, openRewardModel, scoresOf, type RewardScorer } from '../judging.ts'
import type { JobContext } from '../loop.ts'
import { refusing } from '../model-files.ts'
import { loadPolicy } from '../policy.ts'
import type { AnswerJob, AnsweredPrompt, JudgedAnswer, Jobs } from '../protocol.ts'

/** Prompts whose answers go out together: so many that few wait for the last of them. */
const round = 128

/** Tokens that may follow an answer that was cut, when it becomes a side of a pair: those that end it. */
const ending = 2

/**
 * Answers prompts in order. Stopped early it rejects with `cancelled`, and what it told so far is to be dropped: pairs of the first
 * prompts alone would look like the set that was asked for.
 */
export async function answer(job: AnswerJob, context: JobContext): Promise<Jobs['answer']['out']> {
  const { prompts, sampling } = job
  const check = job.checker && answerCheck(job.checker)
  let scorer: RewardScorer | null = null
  const policy = await loadPolicy(job.policy, context)
  if (!policy) throw stopped()
  try {
    const texts = prompts.map(({ prompt }) => prompt)
    const roomy = await refusing(job.policy.model, () =>
      Promise.resolve([...roomyPrompts(policy, texts, sampling.tokens + ending)]),
    )
    const longest = longestWith(
      roomy.map(([, ids]) => ids),
      sampling.tokens,
    )
    const { precision } = policy
    scorer = job.rewardModel && (await openRewardModel(job.rewardModel, longest, { context, precision }))
    if (job.rewardModel && !scorer) throw stopped()
    const all = roomy.length * sampling.answers
    for (let first = 0; first < roomy.length; first += round) {
      const asked = roomy.slice(first, first + round)
      const before = first * sampling.answers
      const answers = await answersOf(
        policy,
        asked.map(([, ids]) => ids),
        { ...sampling, maxTokens: sampling.tokens, first },
        {
          stop: context.stop,
          told: (done) =>
            context.tell('doing', {
              text: `sampling answers, ${before + done} of ${all}`,
              progress: (before + done) / all,
            }),
        },
      )
      if (context.stop.aborted) throw stopped()
      const tokens = answers.flatMap((own, i) => own.map(({ ids }) => ({ prompt: asked[i]![1], response: ids })))
      const rewards = scorer && (await scoresOf(scorer, tokens, context))
      if (context.stop.aborted) throw stopped()
      const judged = answers.map((own, i) =>
        own.map((one, k) => {
          const reward = rewards?.[i * sampling.answers + k]
          return judgedAnswer(one, reward ?? checkedScore(one, prompts[asked[i]![0]]!, check))
        }),
      )
      const pairs = pairsOf(judged, job, first)
      context.tell('answered', {
        prompts: asked.map(([prompt], i) => ({ prompt, answers: judged[i]!, pairs: pairs[i]! })),
      })
    }
    return { noRoom: prompts.length - roomy.length, machine: policy.machine }
  } finally {
    scorer?.dispose()
    policy.executor.dispose()
  }
}

function judgedAnswer({ text, ended }: Answer, score: number | null): JudgedAnswer {
  return { text, ended, usable: text.trim() !== '' && !text.includes('\0'), score }
}

/** Null where there is no checker, or it cannot tell. */
function checkedScore({ text }: Answer, { prompt, expected }: AnswerJob['prompts'][number], check: AnswerCheck | null) {
  const result = check?.(prompt, text, expected)
  return result && result.verdict !== 'undecided' ? result.score : null
}

/** Pairs of each prompt's answers, by their places. */
function pairsOf(
  prompts: readonly (readonly JudgedAnswer[])[],
  { checker, rewardModel, rule, perPrompt, sampling: { seed } }: AnswerJob,
  first: number,
): AnsweredPrompt['pairs'][] {
  const drawing = { seed, first, perPrompt: perPrompt ?? undefined }
  const placed = prompts.map((answers) =>
    answers.map(({ text, score, usable }, origin) => ({ text, score, usable, origin })).filter(({ usable }) => usable),
  )
  const pairs: AnsweredPrompt['pairs'][] = prompts.map(() => [])
  if (checker || rewardModel)
    for (const { prompt, chosen, rejected } of buildPairs(placed, { ...rule, ...drawing }))
      pairs[prompt]!.push([chosen.origin, rejected.origin])
  else
    for (const { prompt, a, b } of openPairs(placed, drawing))
      pairs[prompt]!.push([placed[prompt]![a]!.origin, placed[prompt]![b]!.origin])
  return pairs
}

const stopped = () => new ProblemError({ code: 'cancelled', message: 'Sampling was stopped' })
