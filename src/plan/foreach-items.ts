/** What a `foreach` step runs over. Sandbox-safe. */
import { PipelineError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ForeachPlan } from './plan.ts';
import type { OutputsByStep, Surroundings } from './scope.ts';
import { resolveTemplate } from './template.ts';

const MAX_ITEMS = 10_000;

/**
 * The items of a list, or the maps of the product of a matrix, the last name changing fastest.
 *
 * @throws PipelineError `SPEC_INVALID` for what is no list, `SPEC_LIMIT` above 10,000 items; what
 * resolving the lists throws.
 */
export function itemsOf(
  { over }: ForeachPlan,
  outputs: OutputsByStep,
  surroundings: Surroundings,
): Json[] {
  if ('items' in over) {
    const items = resolveTemplate(over.items, outputs, surroundings);
    return bounded([...listOf(items, '`foreach.items`')]);
  }
  let rows: JsonObject[] = [{}];
  for (const [name, template] of Object.entries(over.matrix)) {
    const values = resolveTemplate(template, outputs, surroundings);
    const list = listOf(values, `\`foreach.matrix.${name}\``);
    if (rows.length * list.length > MAX_ITEMS) throw tooMany(rows.length * list.length);
    rows = rows.flatMap((row) => list.map((value) => ({ ...row, [name]: value })));
  }
  return bounded(rows);
}

function listOf(value: Json, name: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new PipelineError('SPEC_INVALID', `${name} is not a list`);
}

function bounded(items: Json[]): Json[] {
  if (items.length > MAX_ITEMS) throw tooMany(items.length);
  return items;
}

const tooMany = (count: number): PipelineError =>
  new PipelineError('SPEC_LIMIT', `\`foreach\` has ${count} items; at most ${MAX_ITEMS} are run`);
