/** Every part of a key counts, and nothing else does. */
import { keyOf, reduceInput, type KeyParts } from '../../../src/activities/cache/cache-key.ts';
import {
  cacheabilityOf,
  CACHEABLE_KINDS,
  DATASET_KEYS,
} from '../../../src/activities/cache/cacheable-kinds.ts';
import { STEP_KINDS } from '../../../src/activities/steps.ts';
import { createHash } from 'node:crypto';
import { artifactRef } from '../../../src/artifacts/artifact-uri.ts';
import { decodeWith, readSchema } from '../../../src/spec/step-schemas.ts';

const PARTS: KeyParts = {
  kind: 'train',
  code: 'c'.repeat(64),
  packages: { tensors: '1.0.0' },
  platform: 'linux x64, v8 11',
  with: { epochs: 5, model: { artifact: 'a'.repeat(64), mediaType: 'm' } },
  files: { 'data/a.csv': 'f'.repeat(64) },
  backend: 'tensorflow; threads 2',
};

it('is the SHA-256 of the canonical JSON of its parts', () => {
  const text =
    `{"backend":"tensorflow; threads 2","code":"${'c'.repeat(64)}",` +
    `"files":{"data/a.csv":"${'f'.repeat(64)}"},"kind":"train","packages":{"tensors":"1.0.0"},` +
    `"platform":"linux x64, v8 11","version":1,` +
    `"with":{"epochs":5,"model":{"artifact":"${'a'.repeat(64)}","mediaType":"m"}}}`;
  expect(keyOf(PARTS)).toBe(createHash('sha256').update(text).digest('hex'));
});

it.each<[string, Partial<KeyParts>]>([
  ['kind', { kind: 'predict' }],
  ['code', { code: 'd'.repeat(64) }],
  ['version of a package', { packages: { tensors: '1.0.1' } }],
  ['set of packages', { packages: {} }],
  ['platform', { platform: 'linux arm64, v8 11' }],
  ['value of with', { with: { ...PARTS.with, epochs: 6 } }],
  ['type of a value', { with: { ...PARTS.with, epochs: '5' } }],
  ['key of with', { with: { ...PARTS.with, seed: 1 } }],
  ['artifact', { with: { ...PARTS.with, model: { artifact: 'b'.repeat(64), mediaType: 'm' } } }],
  ['media type', { with: { ...PARTS.with, model: { artifact: 'a'.repeat(64), mediaType: 'n' } } }],
  ['bytes of a file', { files: { 'data/a.csv': 'e'.repeat(64) } }],
  ['name of a file', { files: { 'data/b.csv': 'f'.repeat(64) } }],
  ['backend', { backend: 'tensorflow; threads 4' }],
  ['lack of a backend', { backend: null }],
])('changes with the %s', (_, change) => {
  expect(keyOf({ ...PARTS, ...change })).not.toBe(keyOf(PARTS));
});

it('does not change with the order in which things are written', () => {
  const turned = Object.fromEntries(Object.entries(PARTS).reverse()) as unknown as KeyParts;
  expect(keyOf(turned)).toBe(keyOf(PARTS));
});

it('takes an artifact by digest and media type, however deep it stands', () => {
  const ref = artifactRef('a'.repeat(64), 7, 'model');
  const reduced = { artifact: 'a'.repeat(64), mediaType: 'model' };
  expect(reduceInput({ members: [{ ...ref }], one: { deep: { ...ref } } })).toEqual({
    members: [reduced],
    one: { deep: reduced },
  });
});

it('does not count how often a checkpoint is written, which changes no weight', () => {
  const ref = { ...artifactRef('a'.repeat(64), 7, 'x') };
  const given = { architecture: ref, dataset: ref, epochs: 1 };
  const { rule } = cacheabilityOf('train');
  const reduced = (input: object) =>
    reduceInput(decodeWith('train', { ...given, ...input }), rule!.irrelevant);
  expect(reduced({ checkpoint: { every: '1s' } })).toEqual(reduced({}));
  expect(reduced({ epochs: 99 })).not.toEqual(reduced({}));
});

it('takes a default for what it is: writing it out is no change', () => {
  const given = { source: 'a.csv', target: 't' };
  const split = { train: 0.7, stratify: true };
  const bare = decodeWith('dataset', given);
  const written = decodeWith('dataset', { ...given, split });
  expect(reduceInput(bare as never)).toEqual(reduceInput(written as never));
});

describe('which kinds may be kept', () => {
  it('is decided for every kind, and unknown ones are not', () => {
    const reasons = STEP_KINDS.map((kind) => [kind, cacheabilityOf(kind).reason ?? 'kept']);
    expect(Object.fromEntries(reasons)).toMatchObject({
      ...Object.fromEntries(
        [
          'dataset',
          'architect',
          'search',
          'train',
          'transfer',
          'multi-task',
          'fuse',
          'calibrate',
          'conformal',
          'predict',
          'explain',
          'visualize',
          'audit',
          'drift',
          'coverage',
        ].map((kind) => [kind, 'kept']),
      ),
      compare: 'it reads the registry of models',
      promote: 'side effects: it changes the registry of models',
      'human-review': 'side effects: it asks people',
    });
    expect(cacheabilityOf('own-step').reason).toBe('kind own-step is not known to be repeatable');
    expect(cacheabilityOf('constructor').reason).toBeDefined();
  });

  it('is not where training starts from a model of the registry', () => {
    const { rule } = cacheabilityOf('train');
    expect(rule?.refuses?.({})).toBeNull();
    expect(rule?.refuses?.({ warmStart: { name: 'm', alias: 'production' } })).toContain(
      'registry',
    );
  });

  it('is not where an audit compares with a model of the registry', () => {
    const { rule } = cacheabilityOf('audit');
    expect(rule?.refuses?.({})).toBeNull();
    expect(rule?.refuses?.({ production: { model: {} } })).toBeNull();
    const named = { production: { name: 'm', alias: 'production' } };
    expect(rule?.refuses?.(named)).toContain('registry');
  });

  it('is not where a data set may read more than its source', () => {
    const { rule } = cacheabilityOf('dataset');
    const refuses = (input: object) => rule?.refuses?.({ source: 'a.csv', ...input });
    expect(refuses({})).toBeNull();
    expect(refuses({ format: 'image-folder' })).toContain('image-folder');
    const features = [{ type: 'image', from: 'files', columns: 'path' }];
    expect(refuses({ features })).toContain('pictures');
    expect(refuses({ readAs: 'artifact' })).toContain('pictures');
    expect(refuses({ source: ['a', 'b'] })).toContain('one file');
    expect(refuses({ answers: 'b.csv' })).toContain('answers');
  });

  it('has been thought over for every key of a data set', () => {
    const schema = readSchema('steps/dataset.schema.json');
    const keys = Object.keys(schema.properties?.['with']?.properties ?? {});
    expect(keys.sort()).toEqual([...DATASET_KEYS].sort());
    expect(CACHEABLE_KINDS).not.toContain('compare');
  });
});
