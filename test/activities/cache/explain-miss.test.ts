/** Why a step has no kept result, in the words that `plan` shows. */
import type { KeyParts } from '../../../src/activities/cache/cache-key.ts';
import { explainMiss } from '../../../src/activities/cache/explain-miss.ts';

const MODEL = { artifact: 'a'.repeat(64), mediaType: 'm' };
const BEFORE: KeyParts = {
  kind: 'train',
  code: 'c',
  packages: { tensors: '1.0.0', old: '1.0.0' },
  platform: 'linux x64, v8 11',
  with: { epochs: 5, optimizer: { type: 'adam', rate: 0.1 }, model: MODEL },
  files: { 'data/a.csv': 'f' },
  backend: 'tensorflow',
};

it.each<[string, Partial<KeyParts>, string]>([
  ['a value', { with: { ...BEFORE.with, epochs: 6 } }, 'with.epochs changed 5 → 6'],
  [
    'a value within a map',
    { with: { ...BEFORE.with, optimizer: { type: 'adam', rate: 0.2 } } },
    'with.optimizer.rate changed 0.1 → 0.2',
  ],
  ['a key that is new', { with: { ...BEFORE.with, seed: 1 } }, 'with.seed changed nothing → 1'],
  [
    'another artifact',
    { with: { ...BEFORE.with, model: { ...MODEL, artifact: 'b'.repeat(64) } } },
    'with.model changed aaaaaaaaaaaa → bbbbbbbbbbbb',
  ],
  ['data', { files: { 'data/a.csv': 'g' } }, 'data changed: data/a.csv'],
  ['code', { code: 'd' }, 'code of train changed'],
  [
    'packages',
    { packages: { tensors: '2.0.0' } },
    'package old changed 1.0.0 → nothing; package tensors changed 1.0.0 → 2.0.0',
  ],
  ['the backend', { backend: 'wasm' }, 'backend changed tensorflow → wasm'],
  ['the platform', { platform: 'x' }, 'platform changed linux x64, v8 11 → x'],
  ['the kind', { kind: 'fuse' }, 'the kind changed: train → fuse'],
  ['nothing', {}, 'no result kept'],
])('names %s', (_, change, expected) => {
  expect(explainMiss(BEFORE, { ...BEFORE, ...change })).toBe(expected);
});

it('names the first three of many, and cuts long values', () => {
  const now = {
    ...BEFORE,
    with: { ...BEFORE.with, epochs: 'x'.repeat(100) },
    files: { 'data/a.csv': 'g' },
    code: 'd',
    backend: 'wasm',
    platform: 'y',
  };
  expect(explainMiss(BEFORE, now)).toBe(
    `with.epochs changed 5 → ${'x'.repeat(40)}…; data changed: data/a.csv; code of train changed; and 2 more`,
  );
});
