/** Checks a model manifest that comes from the store before anything is built from it. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { findEncoderFault } from '../data/decode-encoders.ts';
import { findInputFault } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { decodeArchitecture } from './architectures/decode-architecture.ts';
import type { InputContract, ModelManifest } from './model.ts';

const METHODS = ['average', 'weighted-average', 'vote'] as const;
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
    default:
      throw invalid(`its type is ${JSON.stringify(value['type'])}, not network or fusion`);
  }
}

function decodeNetwork(value: JsonObject, input: InputContract): ModelManifest {
  const architecture = decodeArchitecture(value['architecture']);
  const { weights, trainedOn } = value;
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
  const { dataset, backend, data, startedFrom } = isJsonObject(trainedOn) ? trainedOn : {};
  if (typeof dataset !== 'string' || typeof backend !== 'string') {
    throw invalid('trainedOn must name dataset and backend');
  }
  return {
    version: 1,
    type: 'network',
    input: input.inputs || !architecture.inputs ? input : { ...input, inputs: architecture.inputs },
    architecture,
    weights,
    trainedOn: {
      dataset,
      backend,
      ...(isArtifactRef(data) && { data }),
      ...(isArtifactRef(startedFrom) && { startedFrom }),
    },
  };
}

function decodeFusion(value: JsonObject, input: InputContract): ModelManifest {
  const { weights, members } = value;
  const method = METHODS.find((known) => known === value['method']);
  if (!method) throw invalid(`the fusion's method is ${JSON.stringify(value['method'])}`);
  if (!Array.isArray(members) || members.length < 1 || members.length > MAX_MEMBERS) {
    throw invalid(`a fusion has 1 to ${MAX_MEMBERS} members`);
  }
  if (!members.every(isArtifactRef)) throw invalid('a member is no reference to an artifact');
  if (!Array.isArray(weights) || weights.length !== members.length || !weights.every(isShare)) {
    throw invalid(`the fusion needs ${members.length} weights from 0 to 1`);
  }
  const sum = (weights as number[]).reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > WEIGHT_SUM_TOLERANCE) throw invalid(`its weights sum to ${sum}, not 1`);
  return { version: 1, type: 'fusion', input, method, weights: weights as number[], members };
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
  const fault = findEncoderFault(encoders) ?? findInputFault(value['inputs'], values);
  if (fault !== null) throw invalid(`input: ${fault}`);
  return value as unknown as InputContract;
}

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
