/** What can be said of a step of a plan before a run reaches it. */
import { isPipelineError } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
import type { PlanStep } from '../../plan/plan.ts';
import { NOWHERE, type OutputsByStep, stepFacts, type Surroundings } from '../../plan/scope.ts';
import { resolveTemplate } from '../../plan/template.ts';
import { decodeWith } from '../../spec/step-schemas.ts';
import { cacheabilityOf } from './cacheable-kinds.ts';

/** Its input, or why it cannot be known yet, in words that `plan` shows. */
export type Foreseen = { readonly with: JsonObject } | { readonly open: string };

/**
 * @param known   outputs of the steps whose results are known.
 * @param params  of the plan.
 * @returns `with` decoded for kinds that may be kept, else as resolved.
 */
export function foresee(step: PlanStep, known: OutputsByStep, params: JsonObject): Foreseen {
  if (step.cache === false) return { open: 'cache: false' };
  const { rule, reason } = cacheabilityOf(step.kind);
  // `values` hands on what it is given, so that later steps can be known.
  if (rule === undefined && step.kind !== 'values') return { open: reason };
  const dynamic = (['when', 'foreach', 'repeat'] as const).find((key) => step[key] !== undefined);
  if (dynamic !== undefined) return { open: `decided as the run goes: it has \`${dynamic}\`` };
  const waits = [...step.needs, ...(step.after ?? [])].find((id) => !Object.hasOwn(known, id));
  if (waits !== undefined) return { open: `depends on step ${waits}, which will run` };
  try {
    const input = resolveTemplate(step.with, known, surroundings(known, params));
    if (!isJsonObject(input)) return { open: 'its `with` is not a map' };
    return { with: rule === undefined ? input : decodeWith<JsonObject>(step.kind, input) };
  } catch (error) {
    // It names what only a run has, or its input is refused: the run says so where it gets there.
    if (!isPipelineError(error)) throw error;
    return { open: `decided as the run goes: ${error.message}` };
  }
}

/** Nothing of the run itself: no result may depend on it. */
function surroundings(known: OutputsByStep, params: JsonObject): Surroundings {
  const steps = Object.entries(known).map(([id, outputs]) => [
    id,
    stepFacts({ outputs, state: 'succeeded', error: null }),
  ]);
  return { ...NOWHERE, params, steps: Object.fromEntries(steps) as JsonObject };
}
