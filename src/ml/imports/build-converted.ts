/** A foreign network to an architecture of ours and its weights. */
import { PipelineError } from '../../errors.ts';
import { MAX_PARAMETERS } from '../../layers/infer-graph.ts';
import type { Architecture, InputContract } from '../model.ts';
import { convertNetwork, type ConvertedLayer } from './convert-network.ts';
import { finishOutput, type OutputRequest } from './finish-output.ts';
import type { ForeignGraph, ForeignNetwork } from './foreign-graph.ts';
import { type InputToMatch, matchInputs, type MatchedInputs } from './match-inputs.ts';

export interface Conversion extends OutputRequest {
  /** The data set's inputs, if there is one. */
  readonly data: Pick<InputContract, 'inputShape' | 'inputs'> | null;
}

export interface Converted extends MatchedInputs {
  readonly architecture: Architecture;
  /** In layer order. */
  readonly weights: Float32Array;
}

/** @throws PipelineError as `matchInputs`, `convertNetwork` and `finishOutput`. */
export function buildConverted(
  foreign: ForeignNetwork,
  { data, ...request }: Conversion,
): Converted {
  const matched = matchInputs(tokenInputs(foreign.graph), data);
  const { layers } = convertNetwork(foreign, matched.ordered);
  const finished = finishOutput(layers, request);
  const { inputShape, inputs } = matched;
  const architecture: Architecture = {
    version: 1,
    inputShape,
    ...(inputs && { inputs }),
    classes: request.order.length,
    layers: finished.map(({ spec }) => spec),
    seed: 0,
  };
  return { ...matched, architecture, weights: joinWeights(finished) };
}

/** An input that an embedding reads is made of tokens. */
function tokenInputs({ inputs, layers }: ForeignGraph): readonly InputToMatch[] {
  return inputs.map((input) => {
    const reader = layers.find(
      ({ className, reads }) => className === 'Embedding' && reads[0] === input.name,
    );
    const vocabulary = reader?.config['input_dim'];
    return typeof vocabulary === 'number' ? { ...input, vocabulary } : input;
  });
}

function joinWeights(layers: readonly ConvertedLayer[]): Float32Array {
  const all = layers.flatMap(({ weights }) => weights);
  const total = all.reduce((sum, { length }) => sum + length, 0);
  if (total > MAX_PARAMETERS) {
    const found = `The model has ${total} parameters; at most ${MAX_PARAMETERS} are allowed`;
    throw new PipelineError('MODEL_UNSUPPORTED', found);
  }
  const joined = new Float32Array(total);
  let at = 0;
  for (const values of all) {
    joined.set(values, at);
    at += values.length;
  }
  return joined;
}
