/** One training of a search: a candidate's network with one seed, for so many epochs. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { sha256Hex } from '../artifacts/artifact-uri.ts';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { readIfThere } from '../artifacts/read-if-there.ts';
import { type ErrorCode, isPipelineError } from '../errors.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { CandidateSettings } from '../search/search-space.ts';
import { decodeOutputs } from '../spec/step-schemas.ts';
import { parseJson } from './parse-json.ts';
import type { LogLevel } from './step.ts';
import type { ArchitectStep, TrainStep } from './step-types.ts';

export interface TrialOrder {
  readonly dataset: ArtifactRef;
  readonly settings: CandidateSettings;
  /** Of the initial weights and of every draw of the training. */
  readonly seed: number;
  readonly epochs: number;
  /** More parameters are not trained; `null`: no limit. */
  readonly maxParameters: number | null;
}

export type TrialResult =
  | {
      readonly type: 'trained';
      readonly architecture: ArtifactRef;
      readonly parameters: number;
      readonly train: TrainStep['outputs'];
    }
  | {
      readonly type: 'refused';
      readonly parameters: number | null;
      readonly code: ErrorCode;
      readonly message: string;
    };

export interface TrialPlace {
  /** Absolute; results and checkpoints are kept here. */
  readonly folder: string;
  /** Performs a step of its own in a compute process. */
  readonly perform: (kind: string, input: JsonObject, scratch: string) => Promise<JsonObject>;
  readonly log: (level: LogLevel, message: string) => void;
}

/** Of the candidate itself, so that another attempt comes to the same. */
const REFUSALS: readonly ErrorCode[] = [
  'ARCHITECTURE_INVALID',
  'SHAPE_MISMATCH',
  'SPEC_INVALID',
  'TRAINING_DIVERGED',
];

/**
 * Trains, or takes the result that an earlier attempt wrote down.
 *
 * @throws PipelineError whatever is not of the candidate.
 */
export async function trainTrial(order: TrialOrder, place: TrialPlace): Promise<TrialResult> {
  const { dataset, ...rest } = order;
  const key = sha256Hex(canonicalJson({ dataset: dataset.sha256, ...rest } as unknown as Json));
  const file = path.join(place.folder, `${key}.json`);
  const known = await readResult(file, place);
  if (known) return known;
  const scratch = path.join(place.folder, key);
  const result = await train(order, place, scratch);
  await writeFileAtomic(file, Buffer.from(canonicalJson(result as unknown as Json)));
  // What is written down needs no checkpoints.
  await rm(scratch, { recursive: true, force: true });
  return result;
}

async function train(
  { dataset, settings, seed, epochs, maxParameters }: TrialOrder,
  { perform }: TrialPlace,
  scratch: string,
): Promise<TrialResult> {
  let parameters: number | null = null;
  const shared = { dataset: { ...dataset }, seed };
  try {
    const drawn = await perform('architect', { ...settings.architect, ...shared }, scratch);
    const outputs = drawn as unknown as ArchitectStep['outputs'];
    ({ parameters } = outputs);
    if (maxParameters !== null && parameters > maxParameters)
      return tooLarge(parameters, maxParameters);
    const { architecture } = outputs;
    const input = { ...settings.train, ...shared, architecture: { ...architecture }, epochs };
    const trained = (await perform('train', input, scratch)) as unknown as TrainStep['outputs'];
    return { type: 'trained', architecture, parameters, train: trained };
  } catch (error) {
    if (!isPipelineError(error) || !REFUSALS.includes(error.code)) throw error;
    return { type: 'refused', parameters, code: error.code, message: error.message };
  }
}

const tooLarge = (parameters: number, limit: number): TrialResult => ({
  ...{ type: 'refused', parameters, code: 'ARCHITECTURE_INVALID' },
  message: `it has ${parameters} parameters, more than the ${limit} of \`budget\``,
});

/** @returns `null` if there is none, or none that can be believed. */
async function readResult(file: string, { log }: TrialPlace): Promise<TrialResult | null> {
  const text = await readIfThere(file);
  if (text === null) return null;
  try {
    const value = parseJson(text);
    if (!isJsonObject(value)) throw new SyntaxError('it is no map');
    // Written whole or not at all, by this very file: only the schema may be another by now.
    if (value['type'] === 'trained') decodeOutputs('train', value['train']);
    return value as unknown as TrialResult;
  } catch (error) {
    if (!isPipelineError(error) && !(error instanceof SyntaxError)) throw error;
    log('warn', `passing over the result ${file}: ${error.message}`);
    return null;
  }
}
