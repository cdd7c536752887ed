/** What the steps of an ended run were given: their templates, filled in again. */
import { isPipelineError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { itemsOf } from '../plan/foreach-items.ts';
import type { PlanStep } from '../plan/plan.ts';
import type { Surroundings } from '../plan/scope.ts';
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
  const { id, pipeline, submittedBy } = status.run;
  const startedAt = new Date(status.startedAtMs).toISOString();
  const failed = status.steps.find(({ state }) => state === 'failed');
  const { code = null, message = null } = failed?.error ?? {};
  const steps = status.steps.map((step) => [
    step.id,
    {
      outputs: outputs[step.id] ?? {},
      state: step.state,
      error: step.error && { ...step.error },
    },
  ]);
  return {
    params: plan.params,
    run: { id, pipeline, submittedBy, startedAt },
    steps: Object.fromEntries(steps) as JsonObject,
    local: { failure: { step: failed?.id ?? null, code, message } },
    secrets: plan.secrets ?? {},
  };
}
