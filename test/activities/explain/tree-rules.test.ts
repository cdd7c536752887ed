import {
  rulesOf,
  shapeOf,
  withoutIdleQuestions,
} from '../../../src/activities/explain/tree-rules.ts';
import { rowFeaturesOf } from '../../../src/data/row-features.ts';
import type { Encoder } from '../../../src/data/dataset.ts';

const encoders: Encoder[] = [
  { type: 'number', column: 'age', scale: 'standard', offset: 40, divisor: 10, imputed: 40 },
  { type: 'category', column: 'job', categories: ['cook', 'smith'] },
];
const features = rowFeaturesOf({
  encoders,
  featureNames: ['age', 'job=cook', 'job=smith'],
  inputShape: [3],
});
const naming = { classes: ['no', 'yes'], features };
const leaf = (no: number, yes: number) => ({
  rows: no + yes,
  counts: [no, yes],
  class: Number(yes > no),
});

describe('rules of a tree', () => {
  it('are in the units of the source, and of categories by their names', () => {
    const tree = {
      ...leaf(5, 5),
      split: {
        value: 0,
        threshold: -0.55,
        low: leaf(3, 0),
        high: {
          ...leaf(2, 5),
          split: { value: 2, threshold: 0.5, low: leaf(2, 1), high: leaf(0, 4) },
        },
      },
    };
    expect(rulesOf(tree, naming)).toEqual([
      { conditions: ['age ≤ 34.5'], class: 'no', rows: 3, share: 1 },
      { conditions: ['age > 34.5', 'job is not smith'], class: 'no', rows: 3, share: 2 / 3 },
      { conditions: ['age > 34.5', 'job is smith'], class: 'yes', rows: 4, share: 1 },
    ]);
    expect(shapeOf(tree)).toEqual({ depth: 2, leaves: 3 });
    expect(withoutIdleQuestions(tree)).toEqual(tree);
  });

  it('drop questions whose answers say the same, from the leaves up', () => {
    const idle = { value: 1, threshold: 0.5, low: leaf(4, 1), high: leaf(3, 0) };
    const both = {
      ...leaf(9, 1),
      split: { value: 0, threshold: 0, low: leaf(2, 0), high: { ...leaf(7, 1), split: idle } },
    };
    expect(withoutIdleQuestions(both)).toEqual(leaf(9, 1));
  });
});

describe('features of a row', () => {
  it('join the values of a category, and are the pixels of a picture alone', () => {
    expect(features.map(({ name, values }) => [name, values])).toEqual([
      ['age', [0]],
      ['job', [1, 2]],
    ]);
    const picture: Encoder = { type: 'picture', column: 'file', shape: [1, 2, 3], fit: 'fill' };
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const alone = { encoders: [picture], featureNames: names, inputShape: [1, 2, 3] };
    expect(rowFeaturesOf(alone).map(({ name, values }) => [name, values])).toEqual([
      ['a', [0, 1, 2]],
      ['d', [3, 4, 5]],
    ]);
    const beside = { ...alone, encoders: [encoders[0]!, picture], inputShape: [7] };
    expect(rowFeaturesOf(beside).map(({ name, values }) => [name, values.length])).toEqual([
      ['age', 1],
      ['file', 6],
    ]);
  });
});
