import {
  combinationsOf,
  readSpace,
  samplesOf,
  type SearchSpace,
  settingsOf,
  straysOf,
} from '../../src/search/search-space.ts';

const spaceOf = (given: object): SearchSpace => {
  const read = readSpace(given as never);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.space;
};
const problemsOf = (given: object): string[] => {
  const read = readSpace(given as never);
  return 'faults' in read ? read.faults.map(({ place, problem }) => `${place} ${problem}`) : [];
};

it('reads choices and ranges, linear numbers where nothing else is said', () => {
  const space = spaceOf({
    'train.optimizer.learningRate': { between: [0.001, 0.1], scale: 'log' },
    'architect.hidden': [[8], [16, 8]],
    'architect.dropout': { between: [0, 0.5] },
  });
  expect(space.get('architect.hidden')).toEqual({ choices: [[8], [16, 8]] });
  expect(space.get('architect.dropout')).toEqual({
    range: { low: 0, high: 0.5, scale: 'linear', type: 'number' },
  });
  // A place after those that it lies in.
  expect([...space.keys()].at(-1)).toBe('train.optimizer.learningRate');
  expect(samplesOf(space.get('architect.dropout')!)).toEqual([0, 0.5]);
  expect(combinationsOf(space)).toBe(Infinity);
});

it('counts combinations', () => {
  expect(combinationsOf(spaceOf({ 'architect.a': [1, 2, 3], 'train.b': [1, 2] }))).toBe(6);
});

it.each([
  [{ 'train.x': { between: [2, 1] } }, 'train.x goes from 2 to 1: the second must be the larger'],
  [{ 'train.x': { between: [1, 1] } }, 'train.x goes from 1 to 1: the second must be the larger'],
  [
    { 'train.x': { between: [0, 1], scale: 'log' } },
    'train.x goes from 0 on a log scale, which has no 0',
  ],
  [{ 'train.x': { between: [1, 2.5], type: 'integer' } }, 'train.x has ends that are no integers'],
  [
    { 'train.epochs': [1, 2] },
    'train.epochs is not for candidates: they are compared after equally many epochs',
  ],
  [{ 'train.seed': [1, 2] }, 'train.seed is not for candidates: the search gives it'],
  [{ 'architect.dataset': [1] }, 'architect.dataset is not for candidates: the search gives it'],
])('refuses %j', (given, problem) => {
  expect(problemsOf(given)).toEqual([problem]);
});

it('puts values in their places and leaves the rest', () => {
  const base = {
    architect: { family: 'layers', layers: [{ type: 'dense', units: 4 }, { type: 'flatten' }] },
    train: { epochs: 3, optimizer: { type: 'adam', beta1: 0.8 } },
  };
  const before = structuredClone(base);
  const put = settingsOf(base, {
    'train.optimizer.learningRate': 0.1,
    'architect.layers.0.units': 16,
    'train.clip.limit': 1,
  });
  expect(put).toEqual({
    settings: {
      architect: { family: 'layers', layers: [{ type: 'dense', units: 16 }, { type: 'flatten' }] },
      train: {
        epochs: 3,
        optimizer: { type: 'adam', beta1: 0.8, learningRate: 0.1 },
        clip: { limit: 1 },
      },
    },
  });
  expect(base).toEqual(before);
});

it('adds a map at a step itself, and more exact places after it', () => {
  const put = settingsOf(
    { architect: { dropout: 0.1 }, train: {} },
    { 'architect.hidden.0': 9, architect: { family: 'mlp', hidden: [1, 2] } },
  );
  expect(put).toEqual({
    settings: { architect: { dropout: 0.1, family: 'mlp', hidden: [9, 2] }, train: {} },
  });
});

it.each([
  ['architect.layers.2.units', 'leads through what has no such part'],
  ['architect.family.deep', 'leads through what has no such part'],
  ['architect.layers.units', 'leads through what has no such part'],
  ['architect', 'must have maps of settings'],
])('cannot put a value at %s', (place, problem) => {
  const base = { architect: { family: 'layers', layers: [{}, {}] }, train: {} };
  expect(settingsOf(base, { [place]: 1 })).toEqual({ fault: { place, problem } });
});

it('does not take what every object has for a part', () => {
  expect(settingsOf({ architect: {}, train: {} }, { 'train.constructor.name': 1 })).toEqual({
    settings: { architect: {}, train: { constructor: { name: 1 } } },
  });
});

it('finds what candidates are given by the search', () => {
  const base = { architect: { seed: 1, family: 'mlp' }, train: { warmStart: {}, epochs: 1 } };
  expect(straysOf(base).map(({ place }) => place)).toEqual(['architect.seed', 'train.warmStart']);
});
