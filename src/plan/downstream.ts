/** The steps of a plan that stand on others. */
import type { Plan } from './plan.ts';

/** @returns the given ids and every step that needs one of them, or starts after it, in plan order. */
export function withDownstream(plan: Plan, ids: readonly string[]): readonly string[] {
  const found = new Set(ids);
  for (const { id, needs, after = [] } of plan.steps) {
    if ([...needs, ...after].some((earlier) => found.has(earlier))) found.add(id);
  }
  return plan.steps.map(({ id }) => id).filter((id) => found.has(id));
}
