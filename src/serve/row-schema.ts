/** What a row of a request must be, as JSON Schema. */
import type { Encoder } from '../data/dataset.ts';
import { PipelineError } from '../errors.ts';
import type { InputContract } from '../ml/model.ts';

type Schema = Readonly<Record<string, unknown>>;

/** From here on a number rounds to an infinity as a 32-bit float. */
const BEYOND_FLOAT32 = 3.4028235677973366e38;
const MOST_EXAMPLES = 100;

/** Draft-07; what it accepts is predicted, what it refuses is refused. */
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
    case 'picture':
    case 'sequence':
    case 'text':
      throw new PipelineError(
        'SPEC_UNSUPPORTED',
        `a model of a ${encoder.type} cannot be served yet`,
      );
  }
}

const NUMBER = {
  type: ['number', 'null'],
  exclusiveMinimum: -BEYOND_FLOAT32,
  exclusiveMaximum: BEYOND_FLOAT32,
};
