import { findFaults } from '../../../src/plan/compile-plan.ts';
import { parseSpec } from '../../../src/spec/parse-spec.ts';

const pipeline = (search: string, split = '{ train: 0.7, validation: 0.1, test: 0.2 }'): string =>
  `name: p
params:
  rate: { type: number, default: 0.1 }
steps:
  data:
    uses: dataset
    with:
      source: a.csv
      target: y
      features: [{ type: image, columns: p_*, shape: [8, 8, 1] }]
      split: ${split}
  found:
    uses: search
    with:
      dataset: \${{ steps.data.outputs.dataset }}
${search.replaceAll(/^/gm, '      ')}
`;

/** Each fault with the word that it points at. */
function faultsOf(search: string, split?: string): string[] {
  const text = pipeline(search, split);
  const lines = text.split('\n');
  return findFaults(parseSpec(text, 'p.yaml')).map(({ code, message, location: at }) => {
    const from = lines[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1) ?? '';
    return `${code} at ${/^[-\w.]*/.exec(from)?.[0]}: ${message}`;
  });
}

const CNN = `architect: { family: cnn }
train: { epochs: 3, optimizer: { type: adam } }`;

it('takes a space whose every value fits', () => {
  expect(
    faultsOf(`${CNN}
space:
  architect.filters: [[8], [8, 16]]
  architect.dropout: { between: [0, 0.5] }
  train.optimizer.learningRate: { between: [0.001, 0.1], scale: log }
  train.batchSize: [16, 32]`),
  ).toEqual([]);
});

it('takes whole families as values, and what they lack from the settings of all', () => {
  expect(
    faultsOf(`architect: { dropout: 0.1 }
train: { epochs: 3 }
space:
  architect: [{ family: cnn, filters: [8] }, { family: mlp, hidden: [16] }]`),
  ).toEqual([]);
});

it.each([
  ['a key that there is not', 'architect.filtres: [[8]]', /SPEC_UNKNOWN_KEY at \S*: .*filtres/],
  ['a value of the wrong type', 'train.batchSize: [16, many]', /SPEC_INVALID at many: /],
  [
    'a range that leads out of bounds',
    'architect.dropout: { between: [0, 1] }',
    /SPEC_INVALID at 1: /,
  ],
  [
    'a key of another family',
    'architect.hidden: [[8]]',
    /SPEC_INVALID at \S*: .*`hidden` is for family mlp/,
  ],
  [
    'a key of another optimizer',
    'train.optimizer.rho: [0.9]',
    /SPEC_INVALID at 0.9: .*`rho` is for/,
  ],
  [
    'a value that makes another one wrong',
    'train.optimizer.type: [adam, gd]\n  train.batchSize: [8]',
    /SPEC_INVALID at gd: .*batchSize/,
  ],
  [
    'a way through what has no parts',
    'architect.family.size: [1]',
    /SPEC_INVALID at \S*: .*leads through/,
  ],
  [
    'a range that runs backwards',
    'train.batchSize: { between: [9, 3], type: integer }',
    /SPEC_INVALID at \S*: .*larger/,
  ],
  ['what the search gives', 'train.seed: [1, 2]', /SPEC_INVALID at \S*: .*the search gives it/],
  [
    'a place in no step',
    'model.filters: [8]',
    /SPEC_INVALID at model.filters: .*not a name that can stand here/,
  ],
])('finds %s, at the value', (_, space, expected) => {
  const faults = faultsOf(`${CNN}\nspace:\n  ${space}`);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(expected);
});

it('finds what is wrong with the settings of all candidates, once', () => {
  const faults = faultsOf(`architect: { family: cnn, hidden: [8] }
train: { epochs: 0 }
space: { architect.dropout: [0, 0.1, 0.2] }`);
  expect(faults.map((fault) => fault.split(':')[0])).toEqual([
    'SPEC_INVALID at hidden',
    'SPEC_INVALID at 0',
  ]);
});

it('finds settings that belong to the search', () => {
  const faults = faultsOf(`architect: { family: cnn, seed: 3 }
train: { epochs: 1 }
space: { architect.dropout: [0] }`);
  expect(faults).toEqual([expect.stringMatching(/SPEC_INVALID at seed: .*the search gives it/)]);
});

it('refuses a grid of more than the budget, and halving that nothing reads', () => {
  const space = 'space: { architect.dropout: [0, 0.1, 0.2], train.batchSize: [8, 16] }';
  expect(faultsOf(`${CNN}\n${space}\nmethod: grid\nbudget: { trials: 6 }`)).toEqual([]);
  expect(faultsOf(`${CNN}\n${space}\nmethod: grid\nbudget: { trials: 5 }`)).toEqual([
    expect.stringMatching(/SPEC_INVALID at grid: .*6 combinations/),
  ]);
  expect(faultsOf(`${CNN}\n${space}\nhalving: { factor: 2 }`)).toEqual([
    expect.stringMatching(/SPEC_INVALID at halving: /),
  ]);
});

it('needs a validation part to choose by', () => {
  const split = '{ train: 0.8, validation: 0, test: 0.2 }';
  expect(faultsOf(`${CNN}\nspace: { architect.dropout: [0] }`, split)).toEqual([
    expect.stringMatching(/SPEC_INVALID at space: .*needs a validation part/),
  ]);
});

it('says nothing of values that only the run knows', () => {
  expect(
    faultsOf(`architect: { family: cnn }
train: { epochs: 2, optimizer: { type: adam, learningRate: '\${{ params.rate }}' } }
space: { architect.filters: [[8]] }`),
  ).toEqual([]);
});
