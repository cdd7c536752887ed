/** The record of a small finished run, with every kind of evidence in a store. */
import type { ArtifactRef, ArtifactStore } from '../../src/artifacts/artifact.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { JsonObject } from '../../src/json.ts';
import type { AuditReport } from '../../src/ml/model.ts';
import type { PlanStep, Template } from '../../src/plan/plan.ts';
import type {
  GateStatus,
  ReviewItems,
  RunRecord,
  StepStatus,
} from '../../src/workflows/run-state.ts';
import { CLASSES, EXPLANATIONS, storeDataset, storeGallery } from './stored-digits.ts';
import { storeFusion, storeNetwork } from './stored-models.ts';

export const HOSTILE = `<script>alert('x')</script><img src=x onerror=alert(1)>`;

const ref = (step: string, ...path: string[]): Template => ({ ref: { step, path } });

const WITH: Readonly<Record<string, Template>> = {
  data: { map: { source: { literal: 'digits.csv' } } },
  one: { map: { dataset: ref('data', 'dataset') } },
  two: { map: { dataset: ref('data', 'dataset') } },
  fused: { map: { members: { list: [ref('one', 'model'), ref('two', 'model')] } } },
  explanations: { map: { model: ref('fused', 'model') } },
  pictures: { map: {} },
  audit: { map: { model: ref('fused', 'model'), dataset: ref('data', 'dataset') } },
  review: { map: {} },
  promote: { map: { model: ref('fused', 'model'), auditStatus: ref('audit', 'status') } },
};

const KIND: Readonly<Record<string, string>> = {
  data: 'dataset',
  one: 'train',
  two: 'train',
  fused: 'fuse',
  explanations: 'explain',
  pictures: 'visualize',
  review: 'human-review',
};

export const STEP_IDS = Object.keys(WITH);

const AUDIT: AuditReport = {
  part: 'test',
  rows: 3,
  status: 'flag',
  accuracy: { value: 0.9876, low: 0.9123, high: 0.9987 },
  confidence: 0.95,
  bootstrapSamples: 2000,
  perClass: CLASSES.map((name) => ({ class: name, rows: 1, precision: 1, recall: null, f1: 0.5 })),
  confusion: CLASSES.map((_, i) => CLASSES.map((_, j) => (i === j ? 17 : 0))),
  expectedCalibrationError: 0.0123,
  calibrationBins: [],
  noise: [],
  checks: [{ name: 'accuracy', status: 'flag', value: 0.9876, bound: 0.99, message: HOSTILE }],
  seed: 7,
};

async function storeItems(store: ArtifactStore, picture: ArtifactRef): Promise<ArtifactRef> {
  const item = {
    subjectDigest: 'e'.repeat(64),
    reason: 'confidence 0.30 < 0.60',
    predicted: '2',
    top: [{ class: '2', probability: 0.3 }],
    explanation: null,
  };
  const content: ReviewItems = {
    gateId: 'review',
    instructions: HOSTILE,
    classes: CLASSES,
    items: [
      {
        ...item,
        id: 'review-4',
        sourceRow: 4,
        input: { kind: 'image', shape: [2, 2, 1], pixels: [0, 0.25, 0.5, 1] },
        picture: null,
      },
      {
        ...item,
        id: 'review-6',
        sourceRow: 6,
        input: { kind: 'row', values: { [HOSTILE]: HOSTILE } },
        picture,
      },
    ],
  };
  return store.putJson(content, MEDIA_TYPE.reviewItems);
}

function gateOf(items: ArtifactRef): GateStatus {
  const decision = {
    decisionId: 'd1',
    gateId: 'review',
    itemId: 'review-4',
    subjectDigest: 'e'.repeat(64),
    verdict: 'relabel',
    label: '3',
    comment: HOSTILE,
    reviewer: 'bob',
    receivedAtMs: 3000,
  } as const;
  const subject = { subjectDigest: 'e'.repeat(64), label: null, byTimeout: false };
  return {
    gateId: 'review',
    state: 'complete',
    items,
    openedAtMs: 2000,
    deadlineMs: 9000,
    onTimeout: 'fail',
    quorum: 1,
    reviewers: ['bob'],
    fourEyes: true,
    classes: CLASSES,
    subjects: [
      { ...subject, id: 'review-4', outcome: 'relabelled', label: '3', decisions: [decision] },
      { ...subject, id: 'review-6', outcome: 'approved', byTimeout: true, decisions: [] },
    ],
    refusals: [
      { decision: { ...decision, decisionId: 'd2', reviewer: 'eve' }, reason: 'unauthorised' },
    ],
  };
}

async function outputsOf(store: ArtifactStore): Promise<Record<string, JsonObject>> {
  const models = [await storeNetwork(store, 1), await storeNetwork(store, 2)];
  const measured = { accuracy: 0.95, loss: 0.2 };
  return {
    data: { dataset: { ...(await storeDataset(store)) } },
    one: { model: { ...models[0]! } },
    two: { model: { ...models[1]! } },
    fused: {
      model: { ...(await storeFusion(store, models)) },
      weights: [0.75, 0.25],
      members: [measured, { accuracy: 0.9, loss: 0.3 }],
      fused: { accuracy: 0.96, loss: 0.1 },
      beatsBestMember: true,
    },
    explanations: {
      explanations: { ...(await store.putJson(EXPLANATIONS, MEDIA_TYPE.explanations)) },
      method: 'integrated-gradients',
      rows: 1,
      largestError: 0.002,
      largestSamplingError: null,
      reliable: false,
      topFeatures: [{ feature: HOSTILE, meanAbsoluteAttribution: 0.3 }],
      evaluations: { asked: 51, made: 51 },
    },
    pictures: { gallery: { ...(await storeGallery(store)) }, count: 2 },
    audit: {
      report: { ...(await store.putJson(AUDIT, MEDIA_TYPE.audit)) },
      status: 'flag',
      accuracy: { ...AUDIT.accuracy },
    },
    review: { verdict: 'approved' },
    promote: {
      name: 'digits',
      version: 3,
      alias: 'production',
      previousVersion: 2,
      promoted: true,
    },
  };
}

export async function finishedRun(store: ArtifactStore): Promise<RunRecord> {
  const outputs = await outputsOf(store);
  const gallery = await store.getJson<{ pictures: { png: ArtifactRef }[] }>(
    outputs['pictures']!['gallery'] as unknown as ArtifactRef,
  );
  const items = await storeItems(store, gallery.pictures[1]!.png);
  const steps = STEP_IDS.map((id, i): StepStatus => ({
    id,
    kind: KIND[id] ?? id,
    state: 'succeeded',
    startedAtMs: 1000 + i,
    finishedAtMs: 2000 + i,
    outputs: outputs[id] ?? null,
    error: null,
  }));
  return {
    status: {
      run: { id: 'digits-1', pipeline: 'digits', planDigest: 'f'.repeat(64), submittedBy: 'ada' },
      state: 'succeeded',
      startedAtMs: 1000,
      finishedAtMs: 64_000,
      steps,
      gates: [gateOf(items)],
      strayRefusals: [],
      manifest: null,
      report: null,
      outputs: { version: 3 },
      error: null,
    },
    plan: {
      version: 1,
      pipeline: 'digits',
      description: HOSTILE,
      params: { seed: 7, note: HOSTILE },
      steps: STEP_IDS.map(planStep),
      outputs: {},
      digest: 'f'.repeat(64),
    },
  };
}

function planStep(id: string): PlanStep {
  return {
    id,
    kind: KIND[id] ?? id,
    with: WITH[id]!,
    needs: [],
    retry: { attempts: 1, backoffMs: 1, maxIntervalMs: 1, nonRetryable: [] },
    timeoutMs: 1000,
    heartbeatMs: 1000,
  };
}
