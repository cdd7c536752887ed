/** The evidence of a report for programs: the JSON beside the page. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Evidence, Loaded } from './evidence.ts';
import type { RunManifest } from './manifest.ts';

/** Equal evidence gives equal JSON: nothing here is of the moment or the place of writing. */
export function reportData(
  evidence: Evidence,
  { manifest, chain }: { readonly manifest: ArtifactRef; readonly chain: RunManifest },
): Json {
  const { record, steps, audits, drifts, findings, supervision, gates, galleries, datasets } =
    evidence;
  const { status, plan } = record;
  const { run, state, startedAtMs, finishedAtMs, outputs, error } = status;
  return plain({
    version: 1,
    run,
    pipeline: plan.pipeline,
    description: plan.description,
    params: plan.params,
    ...{ state, startedAtMs, finishedAtMs, outputs, error },
    steps: steps.map((step) => ({ ...step.status, inputs: step.inputs })),
    data: datasets.map(({ step, ref, value }) => ({
      step,
      ref,
      ...{ source: value.source, target: value.target, split: value.split },
      rows: Object.fromEntries(Object.entries(value.parts).map(([name, { rows }]) => [name, rows])),
    })),
    audits: audits.map(loaded),
    drift: drifts.map(loaded),
    gates: supervision.map(loaded),
    findings: findings.map(loaded),
    reviews: gates.map(({ gate }) => gate),
    pictures: galleries.map(loaded),
    problems: evidence.problems,
    provenance: {
      manifest,
      head: chain.head,
      entries: chain.entries.length,
      code: bodyOf(chain, 'code'),
      environment: bodyOf(chain, 'environment'),
    },
  });
}

const loaded = <T>({ step, ref, value }: Loaded<T>) => ({ step, ref, value });

const bodyOf = ({ entries }: RunManifest, type: string): JsonObject | null =>
  entries.find((entry) => entry.type === type)?.body ?? null;

/** Without members that are `undefined`, which JSON has not. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
