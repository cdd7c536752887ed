/** What a row of a request must be, as JSON Schema. */
import type {
  DateEncoder,
  Encoder,
  PictureEncoder,
  SequenceEncoder,
  TextEncoder,
} from '../data/dataset.ts';
import { DATE_PATTERNS, WANTED_DATE } from '../data/encoders/parse-date.ts';
import type { InputContract } from '../ml/model.ts';
import { MOST_TEXT_CHARACTERS } from './served-model.ts';

type Schema = Readonly<Record<string, unknown>>;

/** From here on a number rounds to an infinity as a 32-bit float. */
const BEYOND_FLOAT32 = 3.4028235677973366e38;
const MOST_EXAMPLES = 100;

/**
 * Draft-07; what it refuses is refused, and what it accepts is predicted, but for what a schema
 * cannot say: 30 February, a base64 text that is no picture, limits of a request as a whole.
 */
export function rowSchema({
  encoders,
  target,
}: Pick<InputContract, 'encoders' | 'target'>): Schema {
  const properties = encoders.flatMap(propertiesOf);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Row',
    description: `What the model reads to predict ${JSON.stringify(target)}; other keys are ignored.`,
    type: 'object',
    required: properties.map(([column]) => column),
    // Unlike assignment this keeps a column that is called `__proto__`.
    properties: Object.fromEntries(properties),
    additionalProperties: true,
  };
}

function propertiesOf(encoder: Encoder): [string, Schema][] {
  switch (encoder.type) {
    case 'number':
      return [
        [
          encoder.column,
          { ...NUMBER, description: `A number; null counts as ${encoder.imputed}.` },
        ],
      ];
    case 'category': {
      const { column, categories } = encoder;
      return [
        [
          column,
          {
            type: ['string', 'number', 'boolean', 'null'],
            description: `One of ${categories.length} categories; any other counts as none.`,
            examples: categories.slice(0, MOST_EXAMPLES),
          },
        ],
      ];
    }
    case 'image': {
      const [low, high] = encoder.range;
      const description = `A pixel, ${low} to ${high}; null counts as ${low}.`;
      return encoder.columns.map((column) => [column, { ...NUMBER, description }]);
    }
    case 'date':
      return [[encoder.column, dateSchema(encoder)]];
    case 'text':
      return [[encoder.column, textSchema(encoder)]];
    case 'picture':
      return [[encoder.column, pictureSchema(encoder)]];
    case 'sequence':
      return sequenceProperties(encoder);
  }
}

function dateSchema({ format }: DateEncoder): Schema {
  const description = `${sentence(WANTED_DATE[format])}; null counts as no date.`;
  if (format === 'unix') return { type: ['number', 'string', 'null'], description };
  return {
    type: ['string', 'null'],
    description,
    pattern: String.raw`^\s*$|^\s*${DATE_PATTERNS[format].source.slice(1, -1)}\s*$`,
  };
}

function textSchema({ length, marks }: TextEncoder): Schema {
  const description = `A text, of which ${marks ? length - 2 : length} tokens are read; null counts as none.`;
  const type = ['string', 'number', 'boolean', 'null'];
  return { type, description, maxLength: MOST_TEXT_CHARACTERS };
}

function pictureSchema({ shape: [height, width, channels] }: PictureEncoder): Schema {
  const kind = channels === 1 ? 'grey' : 'colour';
  return {
    type: 'string',
    description: `A PNG or JPEG in base64, not a path; read as ${height}×${width}, ${kind}.`,
    contentEncoding: 'base64',
    contentMediaType: 'image/png',
    minLength: 4,
  };
}

function sequenceProperties({ columns, layout, shape }: SequenceEncoder): [string, Schema][] {
  const [steps, features] = shape;
  const number = { ...NUMBER, description: 'A number; null counts as the usual one.' };
  if (layout === 'columns') return columns.map((column) => [column, number]);
  const [column = ''] = columns;
  const step = { type: 'array', minItems: features, maxItems: features, items: NUMBER };
  const description = `A list of ${features === 1 ? 'numbers' : `lists of ${features} numbers`}; ${steps} are read, and null counts as none.`;
  const items = features === 1 ? { anyOf: [NUMBER, step] } : step;
  return [[column, { type: ['array', 'null'], description, items }]];
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const NUMBER = {
  type: ['number', 'null'],
  exclusiveMinimum: -BEYOND_FLOAT32,
  exclusiveMaximum: BEYOND_FLOAT32,
};
