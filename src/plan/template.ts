/**
 * Fills a plan's templates with the outputs of finished steps.
 *
 * Runs inside the workflow sandbox: imports nothing of Node, and is deterministic.
 */
import { PipelineError } from '../errors.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts';
import { evaluate } from './evaluate.ts';
import type { SecretSource, Template } from './plan.ts';
import type { OutputsByStep, Surroundings } from './scope.ts';
import { NOWHERE } from './scope.ts';

/**
 * A secret in a step's `with`, until the activity puts its value in. No pipeline can write one:
 * keys that begin with `$` are refused.
 */
export interface SecretMarker extends JsonObject {
  readonly $secret: { readonly name: string; readonly source: JsonObject };
}

/**
 * Replaces every reference by the output it names; text around references stays text.
 *
 * Outputs are values, never read as templates: `${{ … }}` in an output is plain text.
 *
 * @throws PipelineError `OUTPUT_UNKNOWN` if a step or a path has no output; `EXPRESSION_INVALID`
 * where an expression has no value.
 */
export function resolveTemplate(
  template: Template,
  outputs: OutputsByStep,
  surroundings: Surroundings = NOWHERE,
): Json {
  const resolve = (part: Template): Json => resolveTemplate(part, outputs, surroundings);
  if ('literal' in template) return template.literal;
  if ('ref' in template) return lookUp(template.ref, outputs);
  if ('list' in template) return template.list.map(resolve);
  if ('concat' in template) return joined(template.concat, resolve);
  if ('expression' in template) return evaluate(template.expression, surroundings);
  if ('secret' in template) return secretMarker(template.secret, surroundings.secrets);
  return Object.fromEntries(
    Object.entries(template.map).map(([key, value]) => [key, resolve(value)]),
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

/** Text; with a secret in it, a list that the activity joins. */
function joined(parts: readonly Template[], resolve: (part: Template) => Json): Json {
  if (!parts.some((part) => 'secret' in part)) {
    return parts.map((part) => asText(resolve(part))).join('');
  }
  return {
    $secretText: parts.map((part) => ('secret' in part ? resolve(part) : asText(resolve(part)))),
  };
}

function secretMarker(name: string, secrets: Readonly<Record<string, SecretSource>>): SecretMarker {
  const source = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (source) return { $secret: { name, source: { ...source } } };
  throw new PipelineError('EXPRESSION_INVALID', `the pipeline declares no secret "${name}"`);
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}
