/** What each way to explain a prediction can explain, which the compiler and the step both go by. */

type Kind = 'table' | 'picture' | 'text';

interface Needs {
  /** Of the model: only the ones it names are more than answers. */
  readonly gradients: boolean;
  readonly explains: readonly Kind[];
  /** Of rows with one input only, or of texts alone. */
  readonly alone?: true | 'or-texts';
}

const ALL: readonly Kind[] = ['table', 'picture', 'text'];
/** There is nothing between two words, so that a gradient by one says nothing. */
const OF_NUMBERS: readonly Kind[] = ['table', 'picture'];

const NEEDS: Readonly<Record<string, Needs>> = {
  'exact-shap': { gradients: false, explains: ALL },
  'kernel-shap': { gradients: false, explains: ALL },
  'permutation-shap': { gradients: false, explains: ALL },
  // Words, superpixels and bins are perturbed in ways of their own, which have no common distance.
  lime: { gradients: false, explains: ALL, alone: 'or-texts' },
  'passage-shap': { gradients: false, explains: ALL },
  'integrated-gradients': { gradients: true, explains: OF_NUMBERS },
  'expected-gradients': { gradients: true, explains: OF_NUMBERS },
  saliency: { gradients: true, explains: OF_NUMBERS },
  smoothgrad: { gradients: true, explains: OF_NUMBERS },
  'grad-cam': { gradients: true, explains: ['picture'], alone: true },
  occlusion: { gradients: false, explains: ALL },
  counterfactual: { gradients: true, explains: ['table'] },
  anchors: { gradients: false, explains: ['table', 'text'] },
};

const NAME_OF_KIND: Readonly<Record<Kind, string>> = {
  table: 'a table',
  picture: 'a picture',
  text: 'text',
};

/** An input of a model, as far as it is known. */
interface ExplainedInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly vocabulary?: number | undefined;
}

export interface Refusal {
  readonly message: string;
  readonly remedy: string;
}

/** Whether a method needs gradients of the model. */
export const needsGradients = (method: string): boolean => NEEDS[method]?.gradients ?? false;

/** @returns why the method cannot explain rows of these inputs; `null` if it can. */
export function refusalOf(method: string, inputs: readonly ExplainedInput[]): Refusal | null {
  const { explains = ALL, alone = false } = NEEDS[method] ?? {};
  const odd = inputs.find((input) => !explains.includes(kindOf(input)));
  const areTexts = inputs.every((input) => kindOf(input) === 'text');
  if (!odd && alone && inputs.length > 1 && !(alone === 'or-texts' && areTexts)) {
    return {
      message: `${method} explains one input${alone === true ? '' : ' or several texts'}, and there are ${inputs.length}`,
      remedy: 'use the method kernel-shap',
    };
  }
  if (!odd) return null;
  const kinds = explains.map((kind) => NAME_OF_KIND[kind]).join(' and ');
  return {
    message: `the input "${odd.name}" is ${NAME_OF_KIND[kindOf(odd)]}, and ${method} explains ${kinds} alone`,
    remedy: 'use the method kernel-shap',
  };
}

/** Of a picture the shape is `[height, width, channels]`; a sequence is a table of its steps. */
export function kindOf({ shape, vocabulary }: Omit<ExplainedInput, 'name'>): Kind {
  if (vocabulary !== undefined) return 'text';
  return shape.length === 3 ? 'picture' : 'table';
}
