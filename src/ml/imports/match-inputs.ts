/** Which part of a row is which input of a foreign model. */
import { PipelineError } from '../../errors.ts';
import type { InputSpec } from '../../layers/layer-spec.ts';
import { productOf } from '../../layers/shape.ts';
import { inputsOf } from '../architectures/infer-shapes.ts';
import type { InputContract } from '../model.ts';
import type { ForeignInput } from './foreign-graph.ts';
import { unsupportedModel } from './import-fault.ts';

/** An input of a foreign model; `vocabulary` where it reads tokens. */
export type InputToMatch = ForeignInput & { readonly vocabulary?: number };

export interface MatchedInputs {
  readonly inputShape: readonly number[];
  /** As a network and a contract list them; absent: one that is the whole row. */
  readonly inputs?: readonly InputSpec[];
  /** In the order of the foreign model's. */
  readonly ordered: readonly InputSpec[];
}

/**
 * By their names where data and model have the same, otherwise in their order. Without data the row
 * is what the model takes, one input after the other.
 *
 * @param data  the input shape and the inputs of a data set.
 * @throws PipelineError `SHAPE_MISMATCH` where data and model do not fit; `MODEL_UNSUPPORTED` for an
 * input of any size, if there is no data to say which.
 */
export function matchInputs(
  model: readonly InputToMatch[],
  data: Pick<InputContract, 'inputShape' | 'inputs'> | null,
): MatchedInputs {
  return data ? matchData(model, data) : layOut(model);
}

function layOut(model: readonly InputToMatch[]): MatchedInputs {
  let offset = 0;
  const ordered = model.map(({ name, shape, vocabulary }): InputSpec => {
    if (shape.includes(null)) {
      const found = `input "${name}" takes ${show(shape)}, of any size where a "?" stands`;
      throw unsupportedModel(found, 'give the step a `dataset`, which says the size');
    }
    const own = { name, shape: shape as readonly number[], offset };
    offset += productOf(own.shape);
    return vocabulary === undefined ? own : { ...own, vocabulary };
  });
  const [only] = ordered as [InputSpec];
  if (ordered.length === 1 && only.vocabulary === undefined) {
    return { inputShape: only.shape, ordered: [{ ...only, name: 'input' }] };
  }
  return { inputShape: ordered.length === 1 ? only.shape : [offset], inputs: ordered, ordered };
}

function matchData(
  model: readonly InputToMatch[],
  data: Pick<InputContract, 'inputShape' | 'inputs'>,
): MatchedInputs {
  const { inputShape, inputs } = data;
  const own = inputsOf({ inputShape, ...(inputs && { inputs }) });
  const [first] = model;
  if (model.length === 1 && own.length > 1 && first?.vocabulary === undefined) {
    // A network that reads the row as a whole.
    const row = { name: 'input', shape: inputShape, offset: 0 };
    requireFit(first as InputToMatch, row);
    return { inputShape, ordered: [row] };
  }
  if (model.length !== own.length) {
    const [theirs, ours] = [model, own].map((all) => all.map(({ name }) => name).join(', '));
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `import: the model has the inputs ${theirs}, the data set ${ours}`,
      { remedy: 'divide the features of the data set into as many inputs as the model has' },
    );
  }
  const byName = new Map(own.map((input) => [input.name, input]));
  const isNamed = model.every(({ name }) => byName.has(name));
  const ordered = model.map((input, index) => {
    const found = (isNamed ? byName.get(input.name) : own[index]) as InputSpec;
    requireFit(input, found);
    return found;
  });
  return { inputShape, ...(inputs && { inputs }), ordered };
}

function requireFit({ name, shape, vocabulary }: InputToMatch, own: InputSpec): void {
  const fits =
    shape.length === own.shape.length &&
    shape.every((size, axis) => size === null || size === own.shape[axis]);
  if (!fits) {
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `import: the model's input "${name}" takes ${show(shape)}, the data set has ${show(own.shape)}`,
      { remedy: 'read the data in the shape that the model takes' },
    );
  }
  if (vocabulary === undefined || own.vocabulary === undefined) return;
  if (vocabulary >= own.vocabulary) return;
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `import: the model's input "${name}" knows ${vocabulary} tokens, the data set has ${own.vocabulary}`,
    { remedy: 'give the text of the data set a smaller vocabulary' },
  );
}

const show = (shape: readonly (number | null)[]): string =>
  `[${shape.map((size) => size ?? '?').join(', ')}]`;
