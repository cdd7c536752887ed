/** One pipeline file of a commit or folder: what a sync needs to know of it. */
import path from 'node:path';
import { PipelineErrors, type SourceLocation } from '../errors.ts';
import type { LoadPipeline } from '../plan/child-pipelines.ts';
import {
  type Compiled,
  compilePlan,
  compileWithSources,
  findFaults,
} from '../plan/compile-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { PushTrigger, Spec, Triggers } from '../spec/spec.ts';
import { pipelineText } from './pipeline-text.ts';

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
  /** Blob ids of the pipelines that its steps run, and those run in turn, by path. */
  readonly pipelines: Readonly<Record<string, string>>;
}

/**
 * Reads a pipeline file.
 *
 * @param label  as its errors name it, such as `1f0c…:pipelines/a.yaml`.
 * @param load   reads the pipelines that its steps run.
 * @throws PipelineErrors with every fault, those of the parameters that its triggers give too.
 */
export function readPipeline(
  bytes: Uint8Array,
  label: string,
  load: LoadPipeline,
): Omit<PipelineFacts, 'pipelines'> {
  const spec = parseSpec(pipelineText(bytes, label), label);
  const faults = findFaults(spec, { load });
  if (faults.length > 0) throw new PipelineErrors(faults);
  const { triggers } = spec;
  const pushed = compileFor(spec, triggers.push, load);
  const { push, data, drift, schedules } = triggers;
  const givers = [push, data, drift, ...schedules];
  const compiled = givers.flatMap((giver) => (giver ? [compileFor(spec, giver, load)] : []));
  const read = [pushed, ...compiled].flatMap((one) => one?.sources ?? []);
  const watched = [...(data?.sources ?? []), ...(drift ? [drift.source] : [])];
  const sources = [...read, ...watched].flatMap(plainPath);
  const { line, column } = spec.source.locate(['name'], 'value');
  return {
    name: spec.name,
    nameAt: { line, column },
    planDigest: pushed?.plan.digest ?? null,
    triggers,
    sources: [...new Set(sources)].sort(),
  };
}

/** A pipeline file, and what reads the pipelines that its steps run. */
export interface PipelineText {
  readonly text: string;
  readonly label: string;
  readonly load: LoadPipeline;
}

/** The plan that a push of this text runs. */
export function pushPlan({ text, label, load }: PipelineText): Plan {
  const spec = parseSpec(text, label);
  return compilePlan(spec, spec.triggers.push?.params, { load });
}

export function planWith({ text, label, load }: PipelineText, params: PushTrigger['params']): Plan {
  return compilePlan(parseSpec(text, label), params, { load });
}

/** @returns `null` without a trigger where every run must give parameters */
function compileFor(
  spec: Spec,
  giver: Pick<PushTrigger, 'params'> | null,
  load: LoadPipeline,
): Compiled | null {
  if (giver) return compileWithSources(spec, giver.params, { load });
  const isFree = [...spec.params.values()].every((param) => param.default !== undefined);
  return isFree ? compileWithSources(spec, {}, { load }) : null;
}

/** None where no file of a repository can have it. */
function plainPath(source: string): readonly string[] {
  const plain = path.posix.normalize(source);
  return plain.startsWith('..') || path.posix.isAbsolute(plain) ? [] : [plain];
}
