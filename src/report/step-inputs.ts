/** What the steps of an ended run were given: their templates, filled in again. */
import { isPipelineError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { itemsOf } from '../plan/foreach-items.ts';
import { everyStep } from '../plan/every-step.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { Surroundings } from '../plan/scope.ts';
import { runFacts, stepFacts } from '../plan/scope.ts';
import { resolveTemplate } from '../plan/template.ts';
import type { RunRecord } from '../workflows/run-state.ts';

/**
 * @returns for a step, its resolved `with`; of one with `foreach` a list of them, one an item.
 * `null` where the step's input never came to be, and of one with `repeat`: what it was given each
 * time hangs on what came before.
 */
export function inputResolver(record: RunRecord): (step: PlanStep) => Json {
  const outputs = Object.fromEntries(
    record.status.steps.flatMap((step) => (step.outputs ? [[step.id, step.outputs]] : [])),
  );
  const surroundings = surroundingsOf(record, outputs);
  const resolve = (step: PlanStep, local: JsonObject): Json =>
    resolveTemplate(step.with, outputs, {
      ...surroundings,
      local: { ...surroundings.local, ...local },
    });
  return (step) => {
    if (step.repeat) return null;
    try {
      if (!step.foreach) return resolve(step, {});
      const items = itemsOf(step.foreach, outputs, surroundings);
      return items.map((item, index) => resolve(step, { item, index }));
    } catch (error) {
      // What kept the step from running is in its own status.
      if (isPipelineError(error)) return null;
      throw error;
    }
  };
}

function surroundingsOf(
  { status, plan }: RunRecord,
  outputs: Readonly<Record<string, JsonObject>>,
): Surroundings {
  const steps = status.steps.map(({ id, state, error }) => [
    id,
    stepFacts({ outputs: outputs[id], state, error }),
  ]);
  return {
    params: plan.params,
    run: runFacts(status.run, status.startedAtMs),
    steps: Object.fromEntries(steps) as JsonObject,
    local: { failure: failureIn({ status, plan }) },
    secrets: plan.secrets ?? {},
  };
}

/** As the run told its handlers: the first failure that it did not tolerate. */
function failureIn({ status, plan }: RunRecord): JsonObject {
  const tolerated = new Set(
    everyStep(plan).flatMap(({ id, onFailure }) => (onFailure === 'continue' ? [id] : [])),
  );
  const failed = status.steps.find(({ id, state }) => state === 'failed' && !tolerated.has(id));
  const { code = null, message = null } = failed?.error ?? {};
  return { step: failed?.id ?? null, code, message };
}
