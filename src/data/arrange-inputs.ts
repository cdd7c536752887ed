/** Which values of a row belong to which input of a model. */
import { PipelineError } from '../errors.ts';
import type { DatasetInput, Encoder } from './dataset.ts';
import { columnsOf, featureNamesOf, widthOf } from './encoders/encodings.ts';
import { vocabularyOf } from './encoders/text.ts';

/** The encoders of one group of features, and the name that it gives its input. */
export interface FittedGroup {
  readonly name?: string | undefined;
  readonly encoders: readonly Encoder[];
}

export interface Arrangement {
  /** In the order of the row. */
  readonly encoders: readonly Encoder[];
  readonly inputShape: readonly number[];
  /** One per value of a row. */
  readonly featureNames: readonly string[];
  /** Absent for one input that is no text. */
  readonly inputs?: readonly DatasetInput[];
}

/** Numbers, categories and dates share one input; a text, a picture and a sequence have their own. */
const TABLE_TYPES: readonly Encoder['type'][] = ['number', 'category', 'date'];
const TABLE_NAME = 'table';
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

interface Draft {
  readonly name: string;
  readonly encoders: Encoder[];
}

/**
 * Puts the encoders of an input beside each other, inputs in the order in which they first come.
 *
 * @throws PipelineError `DATA_INVALID` for no value at all; `SPEC_INVALID` for a name that two
 * inputs would have.
 */
export function arrangeInputs(groups: readonly FittedGroup[]): Arrangement {
  const drafts = draftInputs(groups).filter(({ encoders }) =>
    encoders.some((one) => widthOf(one) > 0),
  );
  const [only] = drafts;
  if (only === undefined) {
    throw new PipelineError('DATA_INVALID', 'The training part has no value in any feature column');
  }
  const encoders = drafts.flatMap((draft) => draft.encoders);
  const featureNames = encoders.flatMap(featureNamesOf);
  const inputs = placeInputs(drafts);
  if (drafts.length === 1) {
    const inputShape = shapeOf(only.encoders);
    return only.encoders[0]?.type === 'text'
      ? { encoders, featureNames, inputShape, inputs }
      : { encoders, featureNames, inputShape };
  }
  return { encoders, featureNames, inputShape: [totalWidth(encoders)], inputs };
}

function draftInputs(groups: readonly FittedGroup[]): Draft[] {
  const drafts: Draft[] = [];
  const tables = new Map<string, Draft>();
  for (const { name, encoders } of groups) {
    for (const encoder of encoders) {
      if (!TABLE_TYPES.includes(encoder.type)) {
        drafts.push({ name: name ?? defaultName(encoder), encoders: [encoder] });
        continue;
      }
      const table = name ?? TABLE_NAME;
      const known = tables.get(table);
      if (known) {
        known.encoders.push(encoder);
        continue;
      }
      const draft: Draft = { name: table, encoders: [encoder] };
      tables.set(table, draft);
      drafts.push(draft);
    }
  }
  return drafts;
}

function defaultName(encoder: Encoder): string {
  const [column = '', more] = columnsOf(encoder);
  return more === undefined && PLAIN_NAME.test(column) ? column : encoder.type;
}

function placeInputs(drafts: readonly Draft[]): DatasetInput[] {
  const names = drafts.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new PipelineError(
      'SPEC_INVALID',
      `Two inputs would be called ${JSON.stringify(repeated)}`,
      {
        remedy: 'give the groups of features a `name` each',
      },
    );
  }
  let offset = 0;
  return drafts.map(({ name, encoders }) => {
    const [first] = encoders;
    const place = { name, shape: shapeOf(encoders), offset };
    offset += totalWidth(encoders);
    return first?.type === 'text' ? { ...place, vocabulary: vocabularyOf(first) } : place;
  });
}

function shapeOf(encoders: readonly Encoder[]): readonly number[] {
  const [first] = encoders;
  if (first && 'shape' in first) return first.shape;
  return first?.type === 'text' ? [first.length] : [totalWidth(encoders)];
}

const totalWidth = (encoders: readonly Encoder[]): number =>
  encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
