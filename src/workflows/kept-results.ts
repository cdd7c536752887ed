/**
 * Results of other runs that stand for running a step: of a run that this one repeats, and of the
 * cache. Asked for once, before anything runs; what is not known by then (a step's input may hang
 * on another's outputs) each step looks for itself.
 */
import type { RunIdentity } from '../activities/step.ts';
import type { JsonObject } from '../json.ts';
import type { Plan } from '../plan/plan.ts';
import { isWorkflowKind } from '../plan/workflow-kinds.ts';
import type { KeptResults, Reuse, ResultSource, RunInput } from './run-input.ts';
import { probeCache, reuseResults } from './step-activities.ts';

export interface KeptResult {
  readonly step: string;
  readonly outputs: JsonObject;
  readonly cached: ResultSource;
}

type Found = { [step: string]: KeptResults[string] };

/** @throws ActivityFailure `RUN_NOT_FOUND`, `ARTIFACT_NOT_FOUND`, … of the run to be repeated. */
export async function findKeptResults(
  { plan, cache, reuse }: RunInput,
  run: RunIdentity,
): Promise<KeptResults> {
  const found: Found = {};
  if (reuse) await addReused(found, reuse);
  if (cache === undefined) await addCached(found, plan, run);
  return found;
}

async function addReused(found: Found, { run, steps }: Reuse): Promise<void> {
  let open = steps;
  while (open.length > 0) {
    const { results } = await reuseResults({ run, steps: open });
    add(found, results);
    open = open.filter((step) => found[step] === undefined);
  }
}

async function addCached(found: Found, plan: Plan, run: RunIdentity): Promise<void> {
  const { params, steps } = plan;
  for (let more = mayBeCached(plan); more;) {
    const wanted = steps.filter(({ id }) => found[id] === undefined).map(({ id }) => id);
    const outputsSoFar = Object.fromEntries(
      Object.entries(found).map(([step, { outputs }]) => [step, outputs]),
    );
    const answer = await probeCache({ run, params, steps, outputsSoFar, wanted });
    add(found, answer.hits);
    more = answer.more && answer.hits.length > 0;
  }
}

/** One step looks for its own result as cheaply; what the workflow itself performs is never kept. */
const mayBeCached = ({ steps }: Plan): boolean =>
  steps.filter(
    ({ kind, when, foreach, repeat, cache }) =>
      !isWorkflowKind(kind) && !(when ?? foreach ?? repeat) && cache !== false,
  ).length > 1;

function add(found: Found, results: readonly KeptResult[]): void {
  for (const { step, outputs, cached } of results) {
    found[step] = { outputs, from: { run: cached.run, step: cached.step } };
  }
}
