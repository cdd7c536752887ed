import {
  classesByTree,
  growTree,
  type TreeNode,
} from '../../../../src/ml/explain/global/surrogate-tree.ts';
import { block, golden, model, type GoldenNode } from './golden-global.ts';

async function labelsOfModel(): Promise<number[]> {
  const answers = await model(block.x, block.rows);
  return golden.x.map((_, row) => {
    const own = [...answers.subarray(row * 3, row * 3 + 3)];
    return own.indexOf(Math.max(...own));
  });
}

function requireSame(found: TreeNode, expected: GoldenNode): void {
  expect({ rows: found.rows, counts: found.counts }).toEqual({
    rows: expected.rows,
    counts: expected.counts,
  });
  expect(found.split?.value).toBe(expected.value);
  if (!found.split) return;
  expect(found.split.threshold).toBeCloseTo(expected.threshold!, 12);
  requireSame(found.split.low, expected.low!);
  requireSame(found.split.high, expected.high!);
}

const common = { block, classes: 2, maxDepth: 3, minLeafRows: 1 };

describe('surrogate tree', () => {
  it.each(golden.trees)(
    "is scikit-learn's of depth $depth with leaves of $leaf rows",
    async ({ depth, leaf, tree, classes }) => {
      const labels = await labelsOfModel();
      const options = { block, labels, classes: 3, maxDepth: depth, minLeafRows: leaf };
      const found = growTree(options);
      requireSame(found, tree);
      expect([...classesByTree(found, block)]).toEqual(classes);
    },
  );

  it('finds a planted rule, and says what the model says', () => {
    const labels = golden.x.map((row) => Number(row[3]! > 0.5 && row[1]! > 0));
    const found = growTree({ ...common, labels });
    expect([...classesByTree(found, block)]).toEqual(labels);
    const values = [
      found.split!.value,
      found.split!.low.split?.value,
      found.split!.high.split?.value,
    ];
    expect(new Set(values.filter((value) => value !== undefined))).toEqual(new Set([1, 3]));
  });

  it('is a leaf for one class, for one row, and where all rows are the same', () => {
    const leaf = growTree({ ...common, labels: golden.x.map(() => 1) });
    expect(leaf).toEqual({ rows: 60, counts: [0, 60], class: 1 });
    const one = { x: Float32Array.of(1, 2), rows: 1, values: 2 };
    expect(growTree({ ...common, block: one, labels: [0] }).split).toBeUndefined();
    const same = { x: new Float32Array(8).fill(1), rows: 4, values: 2 };
    expect(growTree({ ...common, block: same, labels: [0, 1, 0, 1] }).split).toBeUndefined();
  });

  it('keeps apart what differs by the last bit', () => {
    const low = Math.fround(1);
    const high = 1 + 2 ** -23;
    const close = { x: Float32Array.of(low, high), rows: 2, values: 1 };
    const found = growTree({ ...common, block: close, labels: [0, 1] });
    expect([...classesByTree(found, close)]).toEqual([0, 1]);
  });
});
