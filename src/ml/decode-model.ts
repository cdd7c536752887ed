/** Checks a model manifest that comes from the store before anything is built from it. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { findEncoderFault } from '../data/decode-encoders.ts';
import { findInputFault, findSequenceFault } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { decodeArchitecture } from './architectures/decode-architecture.ts';
import { decodeForeign, decodeImport } from './imports/decode-foreign.ts';
import type {
  FusionRule,
  InputContract,
  ModelManifest,
  StackingModel,
  TrainingRecord,
} from './model.ts';

const MEANS = ['average', 'weighted-average', 'vote'] as const;
const WEIGHT_SUM_TOLERANCE = 1e-6;
const MAX_MEMBERS = 64;

/** @throws PipelineError `MODEL_INVALID` naming what is wrong. */
export function decodeModel(value: Json | undefined): ModelManifest {
  if (!isJsonObject(value) || value['version'] !== 1) throw invalid('it is no model, version 1');
  const input = decodeInput(value['input']);
  switch (value['type']) {
    case 'network':
      return decodeNetwork(value, input);
    case 'fusion':
      return decodeFusion(value, input);
    case 'foreign': {
      const found = decodeForeign(value, input);
      if ('fault' in found) throw invalid(found.fault);
      return found.value;
    }
    default:
      throw invalid(`its type is ${JSON.stringify(value['type'])}, not network or fusion`);
  }
}

function decodeNetwork(value: JsonObject, input: InputContract): ModelManifest {
  const architecture = decodeArchitecture(value['architecture']);
  const { weights, trainedOn } = value;
  const imported = decodeImport(value['imported']);
  if (!isArtifactRef(weights)) throw invalid('weights is no reference to an artifact');
  if (architecture.classes !== input.classes.length) {
    throw invalid(
      `the network has ${architecture.classes} classes, the input ${input.classes.length}`,
    );
  }
  if (architecture.inputShape.join() !== input.inputShape.join()) {
    throw invalid(
      `the network takes [${architecture.inputShape.join(', ')}], the input is [${input.inputShape.join(', ')}]`,
    );
  }
  if (architecture.labelShape?.join() !== input.labelShape?.join()) {
    throw invalid('the network and its input contract differ in how much they write');
  }
  return {
    version: 1,
    type: 'network',
    input: input.inputs || !architecture.inputs ? input : { ...input, inputs: architecture.inputs },
    architecture,
    weights,
    ...(imported ? { imported } : { trainedOn: decodeTraining(trainedOn) }),
  };
}

function decodeTraining(value: Json | undefined): TrainingRecord {
  const { dataset, backend, data, startedFrom, joined } = isJsonObject(value) ? value : {};
  if (typeof dataset !== 'string' || typeof backend !== 'string') {
    throw invalid('trainedOn must name dataset and backend');
  }
  if (joined !== undefined && !isList(joined, isArtifactRef)) {
    throw invalid('trainedOn.joined must be a list of references to models');
  }
  return {
    dataset,
    backend,
    ...(isArtifactRef(data) && { data }),
    ...(isArtifactRef(startedFrom) && { startedFrom }),
    ...(joined !== undefined && { joined: joined as unknown as ArtifactRef[] }),
  };
}

function decodeFusion(value: JsonObject, input: InputContract): ModelManifest {
  const { members } = value;
  if (!Array.isArray(members) || members.length < 1 || members.length > MAX_MEMBERS) {
    throw invalid(`a fusion has 1 to ${MAX_MEMBERS} members`);
  }
  if (!members.every(isArtifactRef)) throw invalid('a member is no reference to an artifact');
  const sizes = { members: members.length, classes: input.classes.length };
  return { version: 1, type: 'fusion', input, members, ...decodeRule(value, sizes) };
}

interface FusionSizes {
  readonly members: number;
  readonly classes: number;
}

function decodeRule(value: JsonObject, sizes: FusionSizes): FusionRule {
  const { method } = value;
  if (method === 'cascade') return { method, thresholds: decodeThresholds(value, sizes) };
  if (method === 'chain') return decodeChain(value, sizes);
  if (method === 'temperature') return decodeTemperature(value, sizes);
  if (method === 'stacking') return { method, meta: decodeStacking(value['meta'], sizes) };
  const mean = MEANS.find((known) => known === method);
  if (!mean) throw invalid(`the fusion's method is ${JSON.stringify(method)}`);
  return { method: mean, weights: decodeShares(value, sizes) };
}

function decodeShares({ weights }: JsonObject, { members }: FusionSizes): readonly number[] {
  if (!Array.isArray(weights) || weights.length !== members || !weights.every(isShare)) {
    throw invalid(`the fusion needs ${members} weights from 0 to 1`);
  }
  const sum = (weights as number[]).reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > WEIGHT_SUM_TOLERANCE) throw invalid(`its weights sum to ${sum}, not 1`);
  return weights as number[];
}

function decodeThresholds({ thresholds }: JsonObject, { members }: FusionSizes): readonly number[] {
  const isThreshold = (item: Json) => isFinite(item) && item >= 0;
  if (isList(thresholds, isThreshold) && thresholds.length === members - 1) {
    return thresholds as readonly number[];
  }
  throw invalid(`the cascade needs ${members - 1} thresholds of at least 0`);
}

function decodeChain({ layer }: JsonObject, { members }: FusionSizes): FusionRule {
  if (members !== 2) throw invalid(`a chain has 2 members, not ${members}`);
  if (layer === undefined) return { method: 'chain' };
  if (typeof layer === 'string' && layer !== '') return { method: 'chain', layer };
  throw invalid('the layer of the chain must be a name');
}

function decodeTemperature({ temperature }: JsonObject, { members }: FusionSizes): FusionRule {
  if (members !== 1) throw invalid(`a temperature is of one model, not of ${members}`);
  if (temperature !== undefined && isFinite(temperature) && temperature > 0) {
    return { method: 'temperature', temperature };
  }
  throw invalid('the temperature must be above 0');
}

function decodeStacking(value: Json | undefined, { members, classes }: FusionSizes): StackingModel {
  const { weights, bias } = isJsonObject(value) ? value : {};
  const width = members * classes;
  const isRow = (row: Json) => isList(row, isFinite) && row.length === width;
  if (isList(weights, isRow) && weights.length === classes) {
    if (isList(bias, isFinite) && bias.length === classes) {
      return {
        weights: weights as readonly (readonly number[])[],
        bias: bias as readonly number[],
      };
    }
  }
  throw invalid(
    `the stacking model needs ${classes} rows of ${width} weights, and ${classes} biases`,
  );
}

function decodeInput(value: Json | undefined): InputContract {
  if (!isJsonObject(value)) throw invalid('it has no input contract');
  const { inputShape, featureNames, encoders, classes, target } = value;
  if (!isList(inputShape, (size) => Number.isSafeInteger(size) && (size as number) > 0)) {
    throw invalid('input.inputShape must be a list of positive integers');
  }
  if (!isList(classes, isText) || classes.length < 2 || !isList(featureNames, isText)) {
    throw invalid(
      'input.classes and input.featureNames must be lists of names, at least 2 classes',
    );
  }
  if (typeof target !== 'string') throw invalid('input.target must be a name');
  const values = (inputShape as readonly number[]).reduce((product, size) => product * size, 1);
  const fault =
    findEncoderFault(encoders) ??
    findInputFault(value['inputs'], values) ??
    findSequenceFault(value);
  if (fault !== null) throw invalid(`input: ${fault}`);
  return value as unknown as InputContract;
}

const isFinite = (value: Json): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const isText = (value: Json): boolean => typeof value === 'string';
const isShare = (value: Json): boolean => typeof value === 'number' && value >= 0 && value <= 1;

function isList(value: Json | undefined, check: (item: Json) => boolean): value is readonly Json[] {
  return Array.isArray(value) && value.every(check);
}

function isArtifactRef(value: Json | undefined): value is Json & ArtifactRef {
  if (!isJsonObject(value)) return false;
  const { uri, sha256, bytes, mediaType } = value;
  return (
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    uri === `artifact://sha256/${sha256}` &&
    Number.isSafeInteger(bytes) &&
    typeof mediaType === 'string'
  );
}

function invalid(found: string): PipelineError {
  return new PipelineError('MODEL_INVALID', `The model cannot be loaded: ${found}`);
}
