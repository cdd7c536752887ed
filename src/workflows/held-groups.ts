/**
 * A run and the runs that its steps start take one turn in a group together: a sub-pipeline that
 * waited for the run it is part of would wait for ever.
 */
import type { ConcurrencyPlan, Plan } from '../plan/plan.ts';

/** @returns in what the run must wait for a turn of its own. */
export function ownConcurrency(
  { concurrency }: Pick<Plan, 'concurrency'>,
  heldGroups: readonly string[] = [],
): ConcurrencyPlan | undefined {
  return concurrency && heldGroups.includes(concurrency.group) ? undefined : concurrency;
}

/** @returns the groups of which a run that a step of this one starts need not wait for. */
export function groupsForChildren(
  { concurrency }: Pick<Plan, 'concurrency'>,
  heldGroups: readonly string[] = [],
): readonly string[] {
  const own = concurrency?.group;
  return own === undefined || heldGroups.includes(own) ? heldGroups : [...heldGroups, own];
}
