/** Which models of a run have a card, and what is known of each. */
import { isArtifactRef } from '../../artifacts/artifact-uri.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { Evidence, StepEvidence } from '../evidence.ts';
import type { CardModel } from './model-card.ts';

export interface CardSubject {
  readonly ref: ArtifactRef;
  /** That promotes it, else audits it, else made it. */
  readonly step: StepEvidence;
}

/** A run that trains hundreds promotes few; the rest are in the report. */
const MAX_CARDS = 10;
const MAKERS: readonly string[] = ['train', 'transfer', 'fuse', 'search', 'import'];

/** What the run promotes; where it promotes nothing, what it audits; or the last that it made. */
export function cardSubjects({ steps }: Evidence): readonly CardSubject[] {
  const given = (kind: string) => steps.flatMap((step) => subjectOf(step, kind));
  const promoted = given('promote');
  if (promoted.length > 0) return distinct(promoted);
  const audited = given('audit');
  if (audited.length > 0) return distinct(audited);
  return steps.flatMap(made).slice(-1);
}

/** The model that a step was given. */
export function modelOf(input: Json, key = 'model'): ArtifactRef | null {
  const model = isJsonObject(input) ? input[key] : undefined;
  return isArtifactRef(model) ? model : null;
}

function subjectOf(step: StepEvidence, kind: string): CardSubject[] {
  const ref = step.status.kind === kind ? modelOf(step.input) : null;
  return ref === null ? [] : [{ ref, step }];
}

function made(step: StepEvidence): CardSubject[] {
  if (!MAKERS.includes(step.status.kind)) return [];
  return step.outputs
    .filter(({ ref }) => ref.mediaType === MEDIA_TYPE.model)
    .map(({ ref }) => ({ ref, step }));
}

const distinct = (subjects: readonly CardSubject[]): readonly CardSubject[] =>
  [...new Map(subjects.map((subject) => [subject.ref.sha256, subject])).values()].slice(
    0,
    MAX_CARDS,
  );

export function describeModel({ ref, step }: CardSubject, { models }: Evidence): CardModel {
  const manifest = models.find((model) => model.ref.sha256 === ref.sha256)?.value;
  const network = manifest?.type === 'network' ? manifest : null;
  return {
    artifact: ref,
    step: step.status.id,
    ...registration(step),
    type: manifest?.type ?? null,
    // float32 each.
    parameters: network === null ? null : network.weights.bytes / 4,
    inputShape: manifest?.input.inputShape ?? null,
    layers: network?.architecture.layers.map(({ type }) => type) ?? [],
    target: manifest?.input.target ?? null,
    classes: manifest?.input.classes.length ?? null,
    backend: network?.trainedOn?.backend ?? null,
  };
}

type Registration = Pick<CardModel, 'name' | 'registeredVersion' | 'alias' | 'promoted'>;

/** The version of a promotion that kept what was there is another model's. */
function registration({ status: { kind, outputs } }: StepEvidence): Registration {
  const isPromotion = kind === 'promote' && outputs !== null;
  const promoted = isPromotion ? outputs['promoted'] === true : null;
  const { name, version, alias } = outputs ?? {};
  const text = (value: Json | undefined) =>
    isPromotion && typeof value === 'string' ? value : null;
  return {
    name: text(name),
    registeredVersion: promoted === true && typeof version === 'number' ? version : null,
    alias: promoted === true ? text(alias) : null,
    promoted,
  };
}
