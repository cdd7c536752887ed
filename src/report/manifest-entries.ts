/** What the manifest says about a run, entry by entry. */
import { cpus, release, totalmem } from 'node:os';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { sha256Hex } from '../artifacts/artifact-uri.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { CodeIdentity } from './code-identity.ts';
import type { Evidence, NamedRef, StepEvidence } from './evidence.ts';
import type { ManifestContent } from './manifest.ts';

/** In the order of events: what was planned, with what, what happened, what people said. */
export function manifestEntries(evidence: Evidence, code: CodeIdentity): ManifestContent[] {
  const { plan } = evidence.record;
  return [
    {
      type: 'plan',
      body: { pipeline: plan.pipeline, digest: plan.digest, steps: plan.steps.length },
    },
    { type: 'params', body: { values: plan.params, digest: digestOf(plan.params) } },
    { type: 'code', body: code },
    { type: 'environment', body: environment(evidence) },
    ...dataEntries(evidence),
    ...evidence.steps.map(stepEntry),
    ...auditEntries(evidence),
    ...driftEntries(evidence),
    ...gateEntries(evidence),
    ...reviewEntries(evidence),
    ...modelEntries(evidence),
    ...evidence.problems.map((message): ManifestContent => ({
      type: 'problem',
      body: { message },
    })),
    { type: 'end', body: endOf(evidence) },
  ];
}

/** Of the process that writes the manifest; `backends` are those that trained the models. */
function environment({ models }: Evidence): JsonObject {
  const backends = models.flatMap(({ value }) =>
    value.type === 'network' && value.trainedOn ? [value.trainedOn.backend] : [],
  );
  const processors = cpus();
  return {
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    release: release(),
    processors: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    backends: [...new Set(backends)].sort(),
  };
}

function dataEntries({ datasets }: Evidence): ManifestContent[] {
  return datasets.map(({ step, ref, value }) => ({
    type: 'data',
    body: {
      step,
      dataset: refJson(ref),
      source: { ...value.source },
      target: value.target,
      split: { ...value.split },
      rows: Object.fromEntries(
        Object.entries(value.parts).map(([name, part]) => [name, part.rows]),
      ),
    },
  }));
}

function stepEntry({ status, input, inputs, outputs }: StepEvidence): ManifestContent {
  const { id, kind, state, startedAtMs, finishedAtMs, error, cachedFrom } = status;
  return {
    type: 'step',
    body: {
      step: id,
      kind,
      state,
      startedAtMs,
      finishedAtMs,
      withDigest: input === null ? null : digestOf(input),
      outputsDigest: status.outputs === null ? null : digestOf(status.outputs),
      inputs: refsJson(inputs),
      outputs: refsJson(outputs),
      error: error === null ? null : { code: error.code, message: error.message },
      // The work was done in that run: its manifest says when and how.
      ...(cachedFrom && { cachedFrom: { run: cachedFrom.run, step: cachedFrom.step } }),
    },
  };
}

function auditEntries({ audits }: Evidence): ManifestContent[] {
  return audits.map(({ step, ref, value }) => ({
    type: 'audit',
    body: {
      step,
      report: refJson(ref),
      status: value.status,
      accuracy: { ...value.accuracy },
      checks: value.checks.map(({ name, status, value: measured, bound }) => ({
        name,
        status,
        value: measured,
        bound,
      })),
    },
  }));
}

function gateEntries({ supervision }: Evidence): ManifestContent[] {
  return supervision.map(({ step, ref, value }) => ({
    type: 'gate',
    body: {
      ...{ step, report: refJson(ref), verdict: value.verdict, summary: value.summary },
      rolledBack: value.rolledBack === null ? null : { ...value.rolledBack },
    },
  }));
}

function driftEntries({ drifts }: Evidence): ManifestContent[] {
  return drifts.map(({ step, ref, value: { verdict, statistic, threshold, alpha, columns } }) => ({
    type: 'drift',
    body: {
      step,
      report: refJson(ref),
      ...{ verdict, statistic, threshold, alpha },
      drifted: columns.filter(({ hasDrifted }) => hasDrifted).map(({ column }) => column),
    },
  }));
}

function reviewEntries({ gates, record }: Evidence): ManifestContent[] {
  const ofGates = gates.flatMap(({ gate }): ManifestContent[] => [
    {
      type: 'review',
      body: {
        gate: gate.gateId,
        state: gate.state,
        items: refJson(gate.items),
        quorum: gate.quorum,
        fourEyes: gate.fourEyes,
        openedAtMs: gate.openedAtMs,
        outcomes: gate.subjects.map(({ id, subjectDigest, outcome, label, byTimeout }) => ({
          id,
          subjectDigest,
          outcome,
          label,
          byTimeout,
        })),
      },
    },
    ...gate.subjects.flatMap(({ decisions }) =>
      decisions.map((decision): ManifestContent => ({ type: 'decision', body: plain(decision) })),
    ),
    ...gate.refusals.map((refusal): ManifestContent => ({ type: 'refusal', body: plain(refusal) })),
  ]);
  const strays = (record.status.strayRefusals ?? []).map((refusal): ManifestContent => ({
    type: 'refusal',
    body: plain(refusal),
  }));
  return [...ofGates, ...strays];
}

function modelEntries({ steps }: Evidence): ManifestContent[] {
  return steps
    .filter(({ status }) => status.kind === 'promote' && status.outputs !== null)
    .map(({ status, inputs }) => ({
      type: 'model',
      body: { step: status.id, ...status.outputs, inputs: refsJson(inputs) },
    }));
}

function endOf({ record }: Evidence): JsonObject {
  const { state, startedAtMs, finishedAtMs, outputs, error } = record.status;
  return {
    state,
    startedAtMs,
    finishedAtMs,
    outputs,
    error: error === null ? null : { code: error.code, message: error.message },
  };
}

function refsJson(refs: readonly NamedRef[]): JsonObject {
  return Object.fromEntries(refs.map(({ name, ref }) => [name, refJson(ref)]));
}

function refJson({ sha256, bytes, mediaType }: ArtifactRef): JsonObject {
  return { sha256, bytes, mediaType };
}

/** Without members that are `undefined`, which JSON has not. */
function plain(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function digestOf(value: Json): string {
  return sha256Hex(canonicalJson(value));
}
