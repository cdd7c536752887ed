/** What the cache would give to a run of a plan that started now, step by step. */
import { isPipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Plan, PlanStep } from '../../plan/plan.ts';
import type { RunIdentity } from '../step.ts';
import type { CacheOrigin } from './cache-entry.ts';
import { cacheabilityOf } from './cacheable-kinds.ts';
import { explainMiss } from './explain-miss.ts';
import type { Prepared, StepCache } from './step-cache.ts';
import { foresee } from './step-in-plan.ts';

export type StepForecast =
  | { readonly step: string; readonly cached: 'hit'; readonly madeBy: CacheOrigin }
  | {
      readonly step: string;
      /** `never`: steps of this kind, or this step, are not kept. */
      readonly cached: 'miss' | 'never';
      /** In words. */
      readonly reason: string;
    };

/**
 * @param cache  `null` where nothing has ever been kept.
 * @returns one for each step, in the plan's order.
 */
export async function forecast(
  plan: Plan,
  cache: StepCache | null,
): Promise<readonly StepForecast[]> {
  // Whose run it is does not matter to a result; a plan of a file is of no commit.
  const run: RunIdentity = {
    id: '',
    pipeline: plan.pipeline,
    planDigest: plan.digest,
    submittedBy: '',
  };
  const known: Record<string, JsonObject> = {};
  const whole = new Set<string>();
  const forecasts: StepForecast[] = [];
  for (const step of plan.steps) {
    const found = await forecastStep({ step, known, params: plan.params, run, whole }, cache);
    if ('outputs' in found) known[step.id] = found.outputs;
    forecasts.push(found.forecast);
  }
  return forecasts;
}

interface Question {
  readonly step: PlanStep;
  readonly known: Readonly<Record<string, JsonObject>>;
  readonly params: JsonObject;
  readonly run: RunIdentity;
  readonly whole: Set<string>;
}

type Answer =
  | { readonly forecast: StepForecast }
  | { readonly forecast: StepForecast; readonly outputs: JsonObject };

async function forecastStep(question: Question, cache: StepCache | null): Promise<Answer> {
  const { step, known, params, run, whole } = question;
  const never = (reason: string): Answer => ({
    forecast: { step: step.id, cached: 'never', reason },
  });
  const miss = (reason: string): Answer => ({
    forecast: { step: step.id, cached: 'miss', reason },
  });
  const { rule, reason } = cacheabilityOf(step.kind);
  const foreseen = foresee(step, known, params);
  if (rule === undefined) {
    // What it hands on is known, though it is never kept.
    return 'with' in foreseen ? { ...never(reason), outputs: foreseen.with } : never(reason);
  }
  if (step.cache === false) return never('cache: false');
  if ('open' in foreseen) return miss(foreseen.open);
  if (cache === null) return miss('no result kept');
  const input = { run, step: step.id, kind: step.kind, with: foreseen.with };
  try {
    const found = await cache.lookUp(input, whole);
    if (found.type === 'off') return never(found.reason);
    if (found.type === 'miss')
      return miss(found.warning ?? (await why(found.prepared, question, cache)));
    const { madeBy, outputs } = found.entry;
    return { forecast: { step: step.id, cached: 'hit', madeBy }, outputs };
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    return miss(error.message);
  }
}

async function why(
  { parts }: Prepared,
  { step, run }: Question,
  cache: StepCache,
): Promise<string> {
  const key = await cache.folder.latest({ pipeline: run.pipeline, step: step.id });
  const before = key === null ? null : await cache.folder.read(key);
  if (before === null || typeof before === 'string') return 'no result kept';
  return explainMiss(before.parts, parts);
}
