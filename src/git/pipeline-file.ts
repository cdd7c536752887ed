/** One pipeline file of a commit or folder: what a sync needs to know of it. */
import path from 'node:path';
import { PipelineError, PipelineErrors, type SourceLocation } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { compilePlan, findFaults } from '../plan/compile-plan.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { PushTrigger, Spec, Triggers } from '../spec/spec.ts';

/** What is kept of a good file, so that its blob is not parsed again. */
export interface PipelineFacts {
  readonly name: string;
  /** Where the file says its name. */
  readonly nameAt: Pick<SourceLocation, 'line' | 'column'>;
  /** Of the plan that a push runs; `null` for one whose parameters each run must give. */
  readonly planDigest: string | null;
  readonly triggers: Triggers;
  /** Data files that its plans read or its triggers watch, as paths in the repository. */
  readonly sources: readonly string[];
}

/**
 * Reads a pipeline file.
 *
 * @param label  as its errors name it, such as `1f0c…:pipelines/a.yaml`.
 * @throws PipelineErrors with every fault, those of the parameters that its triggers give too.
 */
export function readPipeline(bytes: Uint8Array, label: string): PipelineFacts {
  const spec = parseSpec(textOf(bytes, label), label);
  const faults = findFaults(spec);
  if (faults.length > 0) throw new PipelineErrors(faults);
  const { triggers } = spec;
  const pushed = planFor(spec, triggers.push);
  const { push, data, drift, schedules } = triggers;
  const givers = [push, data, drift, ...schedules];
  const plans = givers.flatMap((giver) => (giver ? [planFor(spec, giver)] : []));
  const read = [pushed, ...plans].flatMap((plan) => plan?.steps.flatMap(sourcesOf) ?? []);
  const watched = [...(data?.sources ?? []), ...(drift ? [drift.source] : [])];
  const sources = [...read, ...watched].flatMap(plainPath);
  const { line, column } = spec.source.locate(['name'], 'value');
  return {
    name: spec.name,
    nameAt: { line, column },
    planDigest: pushed?.digest ?? null,
    triggers,
    sources: [...new Set(sources)].sort(),
  };
}

/** The plan that a push of this text runs. */
export function pushPlan(text: string, label: string): Plan {
  const spec = parseSpec(text, label);
  return compilePlan(spec, spec.triggers.push?.params);
}

export function planWith(text: string, label: string, params: PushTrigger['params']): Plan {
  return compilePlan(parseSpec(text, label), params);
}

/** @returns `null` without a trigger where every run must give parameters */
function planFor(spec: Spec, giver: Pick<PushTrigger, 'params'> | null): Plan | null {
  if (giver) return compilePlan(spec, giver.params);
  const isFree = [...spec.params.values()].every((param) => param.default !== undefined);
  return isFree ? compilePlan(spec) : null;
}

/** The literal `source` of a `dataset`; one that a run computes is read from the project. */
function sourcesOf({ kind, with: input }: PlanStep): readonly string[] {
  if (kind !== 'dataset') return [];
  const literal = 'literal' in input ? (input.literal as JsonObject)['source'] : undefined;
  const member = 'map' in input ? input.map['source'] : undefined;
  const source = member && 'literal' in member ? member.literal : literal;
  return typeof source === 'string' ? [source] : [];
}

/** None where no file of a repository can have it. */
function plainPath(source: string): readonly string[] {
  const plain = path.posix.normalize(source);
  return plain.startsWith('..') || path.posix.isAbsolute(plain) ? [] : [plain];
}

function textOf(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const location = { file: label, line: 1, column: 1 };
    throw new PipelineErrors([
      new PipelineError('SPEC_SYNTAX', 'the file is not UTF-8 text', { location, cause }),
    ]);
  }
}

/** `a\nb.yaml` on one line: a name with a line break must not look like two errors. */
export function shownPath(file: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  return file.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    JSON.stringify(character).slice(1, -1),
  );
}
