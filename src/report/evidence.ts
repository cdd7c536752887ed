/** Gathers what a run left behind, whole or not: the outputs of its steps and their artifacts. */
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../artifacts/artifact.ts';
import { isArtifactRef } from '../artifacts/artifact-uri.ts';
import type { GateReport } from '../activities/gate/gate.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { isPipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { DriftReport } from '../ml/audit/drift/drift-report.ts';
import type {
  AuditReport,
  Explanations,
  Gallery,
  GlobalExplanations,
  ModelManifest,
} from '../ml/model.ts';
import { everyStepAndUndoing } from '../plan/every-step.ts';
import type { PlanStep } from '../plan/plan.ts';
import { inputResolver } from './step-inputs.ts';
import type { GateStatus, ReviewItems, RunRecord, StepStatus } from '../workflows/run-state.ts';

/** An artifact and where it stands in a step's inputs or outputs, such as `members.0`. */
export interface NamedRef {
  readonly name: string;
  readonly ref: ArtifactRef;
}

export interface StepEvidence {
  readonly status: StepStatus;
  readonly plan: PlanStep;
  /** See `inputResolver`. */
  readonly input: Json;
  readonly inputs: readonly NamedRef[];
  readonly outputs: readonly NamedRef[];
}

export interface Loaded<T> {
  /** Its id; of an item of a `foreach` step `<id>[<index>]`. */
  readonly step: string;
  readonly ref: ArtifactRef;
  readonly value: T;
}

export interface GateEvidence {
  readonly gate: GateStatus;
  readonly items: ReviewItems | null;
}

export interface Evidence {
  readonly record: RunRecord;
  readonly steps: readonly StepEvidence[];
  readonly datasets: readonly Loaded<DatasetManifest>[];
  readonly models: readonly Loaded<ModelManifest>[];
  readonly audits: readonly Loaded<AuditReport>[];
  readonly drifts: readonly Loaded<DriftReport>[];
  readonly explanations: readonly Loaded<Explanations>[];
  readonly globalExplanations: readonly Loaded<GlobalExplanations>[];
  readonly galleries: readonly Loaded<Gallery>[];
  /** Reports of `gate` steps. */
  readonly supervision: readonly Loaded<GateReport>[];
  /** Whatever else steps stored as JSON of ours, and is not too large to show. */
  readonly findings: readonly Loaded<Json>[];
  /** Reviews. */
  readonly gates: readonly GateEvidence[];
  /** Artifacts that could not be read, in words. A report must be written all the same. */
  readonly problems: readonly string[];
}

/** Reads an artifact, or notes why not. */
export type Reader = <T>(ref: ArtifactRef) => Promise<T | null>;

export async function collectEvidence(record: RunRecord, store: ArtifactStore): Promise<Evidence> {
  const problems: string[] = [];
  const read = tolerantReader(store, problems);
  const steps = stepsOf(record);
  const load = <T>(mediaType: string) => loadOutputs<T>(steps, mediaType, read);
  return {
    record,
    steps,
    datasets: await load<DatasetManifest>(MEDIA_TYPE.dataset),
    models: await load<ModelManifest>(MEDIA_TYPE.model),
    audits: await load<AuditReport>(MEDIA_TYPE.audit),
    drifts: await load<DriftReport>(MEDIA_TYPE.drift),
    explanations: await load<Explanations>(MEDIA_TYPE.explanations),
    globalExplanations: await load<GlobalExplanations>(MEDIA_TYPE.globalExplanations),
    galleries: await load<Gallery>(MEDIA_TYPE.gallery),
    supervision: await load<GateReport>(MEDIA_TYPE.gate),
    findings: await loadRefs<Json>(findingsOf(steps), read),
    gates: await Promise.all(
      record.status.gates.map(async (gate) => ({
        gate,
        items: await read<ReviewItems>(gate.items),
      })),
    ),
    problems,
  };
}

/** A lost artifact is something to report, not a reason to have no report. */
export function tolerantReader(store: ArtifactStore, problems: string[]): Reader {
  return async <T>(ref: ArtifactRef) => {
    try {
      return await store.getJson<T>(ref);
    } catch (error) {
      if (!isPipelineError(error) || !error.code.startsWith('ARTIFACT_')) throw error;
      problems.push(`${error.code}: ${error.message}`);
      return null;
    }
  };
}

function stepsOf(record: RunRecord): StepEvidence[] {
  const { status, plan } = record;
  const planned = new Map(everyStepAndUndoing(plan).map((step) => [step.id, step]));
  const resolve = inputResolver(record);
  return status.steps.flatMap((step) => {
    const plan = planned.get(step.id);
    if (plan === undefined) return [];
    const input = step.startedAtMs === null ? null : resolve(plan);
    return [
      { status: step, plan, input, inputs: namedRefs(input), outputs: namedRefs(step.outputs) },
    ];
  });
}

/** Every artifact in a JSON value, with its path. */
export function namedRefs(value: Json, path: readonly string[] = []): NamedRef[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isArtifactRef(value)) return [{ name: path.join('.'), ref: value }];
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) =>
    namedRefs(inner, [...path, key]),
  );
}

/** `train[3]` for what stands at `items.3.model` in the outputs of a `foreach` step. */
function instanceName(step: string, place: string): string {
  const [, index] = /^items\.(\d+)(?:\.|$)/.exec(place) ?? [];
  return index === undefined ? step : `${step}[${index}]`;
}

/** What a step stored, also before it failed. */
const storedBy = ({ status, outputs }: StepEvidence): { step: string; ref: ArtifactRef }[] => [
  ...outputs.map(({ name, ref }) => ({ step: instanceName(status.id, name), ref })),
  ...(status.error?.evidence ? [{ step: status.id, ref: status.error.evidence }] : []),
];

/** They have sections of their own, or are made for programs. */
const SHOWN_ELSEWHERE: readonly string[] = [
  ...[MEDIA_TYPE.dataset, MEDIA_TYPE.architecture, MEDIA_TYPE.model, MEDIA_TYPE.predictions],
  ...[MEDIA_TYPE.texts, MEDIA_TYPE.rows, MEDIA_TYPE.explanations, MEDIA_TYPE.gallery],
  ...[
    MEDIA_TYPE.audit,
    MEDIA_TYPE.drift,
    MEDIA_TYPE.gate,
    MEDIA_TYPE.reviewItems,
    MEDIA_TYPE.decisions,
  ],
];
const OURS = /^application\/vnd\.modelwright\.[\w-]+\+json$/;
/** A larger one is named among the step's outputs, and stays in the store. */
const MAX_FINDING_BYTES = 256 * 1024;

const findingsOf = (steps: readonly StepEvidence[]): { step: string; ref: ArtifactRef }[] =>
  steps
    .flatMap(storedBy)
    .filter(
      ({ ref: { mediaType, bytes } }) =>
        OURS.test(mediaType) && !SHOWN_ELSEWHERE.includes(mediaType) && bytes <= MAX_FINDING_BYTES,
    );

function loadOutputs<T>(
  steps: readonly StepEvidence[],
  mediaType: string,
  read: Reader,
): Promise<Loaded<T>[]> {
  return loadRefs(
    steps.flatMap(storedBy).filter(({ ref }) => ref.mediaType === mediaType),
    read,
  );
}

async function loadRefs<T>(
  found: readonly { readonly step: string; readonly ref: ArtifactRef }[],
  read: Reader,
): Promise<Loaded<T>[]> {
  const loaded = await Promise.all(
    found.map(async (place) => ({ ...place, value: await read<T>(place.ref) })),
  );
  return loaded.flatMap(({ value, ...place }) => (value === null ? [] : [{ ...place, value }]));
}
