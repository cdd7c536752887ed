import type { DatasetManifest } from '../../data/dataset.ts';
import { type ClassOrder, classOrder } from '../../ml/imports/class-order.ts';
import type { MatchedInputs } from '../../ml/imports/match-inputs.ts';
import { inputsOf, productOf } from '../../ml/architectures/infer-shapes.ts';
import type { InputContract } from '../../ml/model.ts';

export type DataContract = Pick<
  DatasetManifest,
  'inputShape' | 'inputs' | 'featureNames' | 'encoders' | 'classes' | 'target'
>;

/** What an import knows besides the model. */
export interface Given extends ClassOrder {
  /** `null` without a data set. */
  readonly data: DataContract | null;
}

/** @throws PipelineError as `classOrder`. */
export function givenBy(data: DataContract | null, classes: readonly string[] | undefined): Given {
  return { data, ...classOrder(classes, data?.classes) };
}

/** Without a data set nothing is known of how rows are read. */
export function inputContract({ data, classes }: Given, matched: MatchedInputs): InputContract {
  if (data) {
    const { inputShape, inputs, featureNames, encoders, target } = data;
    return { inputShape, ...(inputs && { inputs }), featureNames, encoders, classes, target };
  }
  const { inputShape, inputs } = matched;
  const featureNames = inputsOf({ inputShape, ...(inputs && { inputs }) }).flatMap(
    ({ name, shape }) => Array.from({ length: productOf(shape) }, (_, at) => `${name}_${at}`),
  );
  return {
    inputShape,
    ...(inputs && { inputs }),
    featureNames,
    encoders: [],
    classes,
    target: '',
  };
}
