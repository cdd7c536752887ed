import type { Json, JsonObject } from '../../src/json.ts';
import { decodeDataset } from '../../src/data/decode-dataset.ts';

const REF = {
  uri: `artifact://sha256/${'0'.repeat(64)}`,
  sha256: '0'.repeat(64),
  bytes: 1,
  mediaType: 'x',
};
const PART = { rows: 1, x: REF, y: REF, sourceRows: REF };
const TEXT = {
  type: 'text',
  column: 't',
  tokenizer: 'word',
  lowercase: true,
  marks: false,
  length: 2,
  vocabulary: ['a'],
};
const SEQUENCE = {
  type: 'sequence',
  columns: ['l'],
  layout: 'list',
  shape: [1, 1],
  scale: 'none',
  offsets: [0],
  divisors: [1],
};
const INPUTS = [
  { name: 't', shape: [2], offset: 0, vocabulary: 5 },
  { name: 'l', shape: [1, 1], offset: 2 },
];

const manifest = (changes: JsonObject = {}): JsonObject => ({
  version: 1,
  source: { path: 'a.csv', sha256: '', rows: 1 },
  target: 'y',
  classes: ['a', 'b'],
  inputShape: [3],
  featureNames: ['t[0]', 't[1]', 'l[0,0]'],
  encoders: [TEXT, SEQUENCE],
  inputs: INPUTS,
  parts: { train: PART, validation: PART, test: { ...PART, shown: REF } },
  ...changes,
});

it('takes a data set of several inputs', () => {
  expect(decodeDataset(manifest())).toMatchObject({ inputs: INPUTS });
});

it.each<[string, Json]>([
  ['encoder 0: the type "lambda" is not known', { encoders: [{ type: 'lambda' }] }],
  ['encoder 0: the type "constructor" is not known', { encoders: [{ type: 'constructor' }] }],
  ['encoder 0: it is no object', { encoders: [null] }],
  ['encoder 0: the type "text by magic"', { encoders: [{ ...TEXT, tokenizer: 'magic' }] }],
  ['encoder 0: its vocabulary', { encoders: [{ ...TEXT, vocabulary: [1] }] }],
  ['encoder 0: its length', { encoders: [{ ...TEXT, length: 1e12 + 0.5 }] }],
  ['encoder 0: its divisors', { encoders: [{ ...SEQUENCE, divisors: [0] }] }],
  ['encoder 0: it needs 1 offsets', { encoders: [{ ...SEQUENCE, offsets: [] }] }],
  ['encoder 0: its shape needs 1 columns', { encoders: [{ ...SEQUENCE, columns: [] }] }],
  [
    'encoder 0: its shape needs 4 columns',
    { encoders: [{ type: 'image', columns: ['a'], shape: [2, 2, 1], range: [0, 1] }] },
  ],
  ['encoders must be a list', { encoders: {} }],
  ['does not begin where the last one ends', { inputs: [INPUTS[1] as Json, INPUTS[0] as Json] }],
  ['inputs of 2 values in a row of 3', { inputs: [INPUTS[0] as Json] }],
  ['a vocabulary must be a size', { inputs: [{ ...INPUTS[0], vocabulary: 0 }] }],
  ['needs a name and a shape', { inputs: [{ name: 't', offset: 0, shape: [-2] }] }],
  ['inputs must be a list', { inputs: [] }],
  ['its parts must be', { parts: { train: PART, validation: PART, test: { ...PART, shown: 1 } } }],
])('refuses one, saying "%s"', (said, changes) => {
  expect(() => decodeDataset(manifest(changes as JsonObject))).toThrow(
    expect.objectContaining({
      code: 'DATA_INVALID',
      message: expect.stringContaining(said) as string,
    }),
  );
});
