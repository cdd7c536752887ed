/**
 * Where `train` starts: from the weights of a model of the registry, or from fresh ones.
 *
 * The first attempt decides and writes it down, so that a promotion between two attempts does not
 * change what a run trains.
 */
import path from 'node:path';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { isArtifactRef } from '../artifacts/artifact-uri.ts';
import { createFileAtomic } from '../artifacts/atomic-file.ts';
import { readIfThere } from '../artifacts/read-if-there.ts';
import type { DatasetManifest, Encoder } from '../data/dataset.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts';
import { decodeModel } from '../ml/decode-model.ts';
import type { Architecture } from '../ml/model.ts';
import { findModel, type RegistryName } from './model-in-registry.ts';
import type { StepContext } from './step.ts';

export interface WarmStart {
  /** Of the registry. */
  readonly version: number;
  readonly model: ArtifactRef;
  readonly weights: ArtifactRef;
}

/** What the weights must suit. */
export interface WarmStartTarget {
  readonly architecture: Architecture;
  readonly manifest: DatasetManifest;
}

/**
 * @returns `null` for fresh weights; the log says why.
 * @throws PipelineError `MODEL_INVALID`, `ARTIFACT_NOT_FOUND`, `ARTIFACT_CORRUPT` if the model is
 * there but damaged; `STORE_UNWRITABLE`, `DISK_FULL`.
 */
export async function findWarmStart(
  wanted: RegistryName | undefined,
  target: WarmStartTarget,
  context: StepContext,
): Promise<WarmStart | null> {
  if (wanted === undefined) return null;
  const file = path.join(context.scratch, 'warm-start.json');
  let decision = await readDecision(file);
  if (decision === null) {
    decision = await decide(wanted, target, context);
    // Of two attempts that decide at once, the first counts.
    const isFirst = await createFileAtomic(file, Buffer.from(JSON.stringify(decision)));
    decision = (isFirst ? decision : await readDecision(file)) ?? decision;
  }
  const { start, reason } = decision;
  context.log('info', start ? `starting from ${reason}` : `starting from fresh weights: ${reason}`);
  return start;
}

interface Decision {
  readonly start: WarmStart | null;
  /** The model that training starts from, or why there is none. */
  readonly reason: string;
}

async function decide(
  wanted: RegistryName,
  target: WarmStartTarget,
  context: StepContext,
): Promise<Decision> {
  const found = await findModel(wanted, context);
  if (found === null) return { start: null, reason: `no ${wanted.name} is ${wanted.alias} yet` };
  const { version, model } = found;
  const who = `${wanted.name} version ${version}`;
  const manifest = decodeModel(await context.store.getJson<Json>(model));
  if (manifest.type === 'fusion') return { start: null, reason: `${who} is a fusion` };
  if (manifest.type === 'foreign') {
    return { start: null, reason: `${who} was imported without its layers` };
  }
  const { input, architecture, weights } = manifest;
  if (!isSame(shapeOf(architecture), shapeOf(target.architecture))) {
    return { start: null, reason: `${who} has another architecture` };
  }
  if (!isSame(input.classes, target.manifest.classes)) {
    return { start: null, reason: `${who} has other classes` };
  }
  if (!isSame(input.featureNames, target.manifest.featureNames)) {
    return { start: null, reason: `${who} reads other columns` };
  }
  if (!isSame(textsOf(input.encoders), textsOf(target.manifest.encoders))) {
    return { start: null, reason: `${who} reads texts by another vocabulary` };
  }
  return { start: { version, model, weights }, reason: who };
}

/** The seed of the initial weights does not matter where they are replaced. */
const shapeOf = ({ inputShape, inputs = [], classes, layers }: Architecture) => ({
  inputShape,
  inputs,
  classes,
  layers,
});
/** The same id of another vocabulary is another word. */
const textsOf = (encoders: readonly Encoder[]) => encoders.filter(({ type }) => type === 'text');
const isSame = (one: unknown, other: unknown): boolean =>
  canonicalJson(one as Json) === canonicalJson(other as Json);

/**
 * @returns `null` if there is none yet.
 * @throws PipelineError `CHECKPOINT_MISMATCH`: the file is written whole or not at all, so a
 * damaged one was changed by hand.
 */
async function readDecision(file: string): Promise<Decision | null> {
  const text = await readIfThere(file);
  if (text === null) return null;
  const { start, reason } = parseObject(text, file);
  if (typeof reason === 'string' && start === null) return { start, reason };
  const { version, model, weights } = isJsonObject(start) ? start : {};
  if (
    typeof reason === 'string' &&
    typeof version === 'number' &&
    isArtifactRef(model) &&
    isArtifactRef(weights)
  ) {
    return { start: { version, model, weights }, reason };
  }
  throw damaged(file);
}

function parseObject(text: string, file: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw damaged(file, error);
  }
  throw damaged(file);
}

function damaged(file: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'CHECKPOINT_MISMATCH',
    `${file} does not say what training started from`,
    {
      remedy: 'cancel the run and start another',
      cause,
    },
  );
}
