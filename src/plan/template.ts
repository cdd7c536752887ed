/**
 * Fills a plan's templates with the outputs of finished steps.
 *
 * Runs inside the workflow sandbox: imports nothing of Node, and is deterministic.
 */
import { PipelineError } from '../errors.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { Template } from './plan.ts';

/** Outputs of the steps that have finished, by step id. */
export type OutputsByStep = Readonly<Record<string, JsonObject>>;

/**
 * Replaces every reference by the output it names; text around references stays text.
 *
 * Outputs are values, never read as templates: `${{ … }}` in an output is plain text.
 *
 * @throws PipelineError `OUTPUT_UNKNOWN` if a step or a path has no output.
 */
export function resolveTemplate(template: Template, outputs: OutputsByStep): Json {
  if ('literal' in template) return template.literal;
  if ('ref' in template) return lookUp(template.ref, outputs);
  if ('list' in template) return template.list.map((item) => resolveTemplate(item, outputs));
  if ('concat' in template) {
    return template.concat.map((part) => asText(resolveTemplate(part, outputs))).join('');
  }
  return Object.fromEntries(
    Object.entries(template.map).map(([key, value]) => [key, resolveTemplate(value, outputs)]),
  );
}

function lookUp(
  { step, path }: { readonly step: string; readonly path: readonly string[] },
  outputs: OutputsByStep,
): Json {
  let value: Json | undefined = Object.hasOwn(outputs, step) ? outputs[step] : undefined;
  for (const key of path) {
    value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (value !== undefined) return value;
  throw new PipelineError(
    'OUTPUT_UNKNOWN',
    `step "${step}" gave no output ${path.map((key) => `\`${key}\``).join(' . ')}`,
    { details: { step, path } },
  );
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}
