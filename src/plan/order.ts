/** Puts steps in an order in which each stands after those it needs. */

export interface Ordering {
  /** Ids in topological order; among steps that are ready, the order of the file decides. */
  readonly order: readonly string[];
  /** Each as `[a, b, c]` where a needs b, b needs c and c needs a. */
  readonly cycles: readonly (readonly string[])[];
}

/**
 * Kahn's algorithm with the ready steps kept by file order. O(edges + n log n) but for moving
 * ready steps, which is O(n) at worst and fast for the sizes of pipelines.
 *
 * @param needs  by id, in the order of the file; ids that are not keys of it are ignored.
 */
export function orderSteps(needs: ReadonlyMap<string, readonly string[]>): Ordering {
  const remaining = new Map(needs);
  const cycles: string[][] = [];
  const order: string[] = [];
  for (;;) {
    for (const id of peel(remaining)) {
      order.push(id);
      remaining.delete(id);
    }
    const cycle = findCycle(remaining);
    if (!cycle) return { order, cycles };
    cycles.push(cycle);
    for (const id of cycle) remaining.delete(id);
  }
}

/** @returns the steps that can be ordered; those in or behind a cycle are left out. */
function peel(needs: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const ids = [...needs.keys()];
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const users = ids.map((): number[] => []);
  const open = ids.map((id, index) => {
    const known = new Set(needs.get(id)?.flatMap((need) => indexOf.get(need) ?? []));
    for (const need of known) users[need]?.push(index);
    return known.size;
  });
  const ready = ids.map((_, index) => index).filter((index) => open[index] === 0);
  const order: string[] = [];
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(ids[next] as string);
    for (const user of users[next] ?? []) {
      open[user] = (open[user] ?? 0) - 1;
      if (open[user] === 0) insertSorted(ready, user);
    }
  }
  return order;
}

function insertSorted(sorted: number[], value: number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}

/** Every remaining step needs a remaining one, so going from need to need must come back. */
function findCycle(needs: ReadonlyMap<string, readonly string[]>): string[] | null {
  const [start] = needs.keys();
  if (start === undefined) return null;
  const trail: string[] = [];
  const position = new Map<string, number>();
  let id: string | undefined = start;
  while (id !== undefined && !position.has(id)) {
    position.set(id, trail.length);
    trail.push(id);
    id = needs.get(id)?.find((need) => needs.has(need));
  }
  return id === undefined ? null : startingFirst(trail.slice(position.get(id)), needs);
}

/** Turns the loop so that it starts with the step that stands first in the file. */
function startingFirst(
  cycle: readonly string[],
  needs: ReadonlyMap<string, readonly string[]>,
): string[] {
  const first = [...needs.keys()].find((id) => cycle.includes(id)) as string;
  const at = cycle.indexOf(first);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
