/** Makes the card of a model from the evidence of a run, and from nothing else. */
import { isArtifactRef } from '../../artifacts/artifact-uri.ts';
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { Evidence, GateEvidence, StepEvidence } from '../evidence.ts';
import type { RunManifest } from '../manifest.ts';
import { type CardSubject, describeModel, modelOf } from './card-subjects.ts';
import { knownLimits } from './known-limits.ts';
import type { CardReview, ModelCard, Stated, StepFigures } from './model-card.ts';

export interface CardSources {
  readonly evidence: Evidence;
  readonly manifest: ArtifactRef;
  readonly chain: RunManifest;
}

const TRAINING: readonly string[] = ['train', 'transfer', 'multi-task', 'search', 'fuse', 'import'];

export function buildCard(subject: CardSubject, sources: CardSources): ModelCard {
  const { evidence, manifest, chain } = sources;
  const { status, plan } = evidence.record;
  const bodyOf = (type: string) => chain.entries.find((entry) => entry.type === type)?.body ?? null;
  const found = {
    audits: auditsOf(subject, evidence),
    comparisons: figuresOf('compare', 'candidate', subject, evidence),
    explanations: figuresOf('explain', 'model', subject, evidence),
    supervision: evidence.supervision.map(({ step, value: { verdict, summary } }) => ({
      ...{ step, verdict, summary },
    })),
    reviews: evidence.gates.map(reviewOf),
  };
  return {
    version: 1,
    run: {
      id: status.run.id,
      pipeline: plan.pipeline,
      planDigest: plan.digest,
      submittedBy: status.run.submittedBy,
      finishedAt: status.finishedAtMs === null ? null : new Date(status.finishedAtMs).toISOString(),
    },
    model: describeModel(subject, evidence),
    stated: statedOf(plan.card ?? {}),
    data: dataOf(evidence),
    training: evidence.steps
      .filter(({ status: { kind } }) => TRAINING.includes(kind))
      .map(training),
    ...found,
    knownLimits: knownLimits(found),
    provenance: {
      manifest: manifest.sha256,
      code: bodyOf('code'),
      environment: bodyOf('environment'),
    },
  };
}

function auditsOf({ ref }: CardSubject, { audits, steps }: Evidence): ModelCard['audits'] {
  const given = new Map(steps.map(({ status, input }) => [status.id, modelOf(input)?.sha256]));
  return audits
    .filter(({ step }) => given.get(step) === ref.sha256)
    .map(({ step, value }) => ({ step, report: value }));
}

function figuresOf(
  kind: string,
  key: string,
  { ref }: CardSubject,
  { steps }: Evidence,
): readonly StepFigures[] {
  return steps.flatMap(({ status: { id, kind: of, outputs }, input }) =>
    of === kind && outputs !== null && modelOf(input, key)?.sha256 === ref.sha256
      ? [{ step: id, figures: withoutArtifacts(outputs) }]
      : [],
  );
}

function reviewOf({ gate }: GateEvidence): CardReview {
  const count = (outcome: string) =>
    gate.subjects.filter((subject) => subject.outcome === outcome).length;
  const decisions = gate.subjects.flatMap((subject) => subject.decisions);
  return {
    step: gate.gateId,
    state: gate.state,
    reviewers: [...new Set(decisions.map(({ reviewer }) => reviewer))].sort(),
    approved: count('approved'),
    rejected: count('rejected'),
    relabelled: count('relabelled'),
    byTimeout: gate.subjects.filter(({ byTimeout }) => byTimeout).length,
  };
}

/** The schema of pipelines has checked the types. */
function statedOf(card: JsonObject): Stated {
  const text = (key: string) => (typeof card[key] === 'string' ? card[key] : null);
  const texts = (key: string) => {
    const value = card[key];
    return Array.isArray(value) ? value.map(String) : null;
  };
  return {
    intendedUse: text('intendedUse'),
    outOfScope: text('outOfScope'),
    limits: texts('limits'),
    owners: texts('owners'),
    licence: text('licence'),
    dataNotes: text('dataNotes'),
    ethics: text('ethics'),
  };
}

const dataOf = ({ datasets }: Evidence): ModelCard['data'] =>
  datasets.map(({ step, value: { source, target, split, parts } }) => ({
    step,
    source: source.path,
    sha256: source.sha256,
    rows: source.rows,
    parts: {
      train: parts.train.rows,
      validation: parts.validation.rows,
      test: parts.test.rows,
    },
    target,
    split: { ...split },
  }));

function training({ status, input }: StepEvidence): ModelCard['training'][number] {
  const { id, kind, startedAtMs, finishedAtMs, cachedFrom } = status;
  const took = startedAtMs === null || finishedAtMs === null ? null : finishedAtMs - startedAtMs;
  return {
    step: id,
    kind,
    settings: isJsonObject(input) ? withoutArtifacts(input) : {},
    seconds: took === null ? null : took / 1000,
    keptFrom: cachedFrom?.run ?? null,
  };
}

const holdsArtifact = (value: Json): boolean =>
  isArtifactRef(value) ||
  (typeof value === 'object' && value !== null && Object.values(value).some(holdsArtifact));

const withoutArtifacts = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => !holdsArtifact(inner)));
