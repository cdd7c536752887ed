/** A surrogate tree as a person reads it. */
import type { RowFeature } from '../../data/row-features.ts';
import type { TreeNode } from '../../ml/explain/global/surrogate-tree.ts';
import type { GlobalExplanations } from '../../ml/model.ts';

type Rules = NonNullable<GlobalExplanations['surrogateTree']>['rules'];

/** The same tree without questions whose answer does not matter to the class. */
export function withoutIdleQuestions(node: TreeNode): TreeNode {
  const { split, ...leaf } = node;
  if (!split) return node;
  const [low, high] = [withoutIdleQuestions(split.low), withoutIdleQuestions(split.high)];
  const isIdle = !low.split && !high.split && low.class === high.class;
  return isIdle ? { ...leaf, class: low.class } : { ...leaf, split: { ...split, low, high } };
}

export function shapeOf({ split }: TreeNode): { depth: number; leaves: number } {
  if (!split) return { depth: 0, leaves: 1 };
  const [low, high] = [shapeOf(split.low), shapeOf(split.high)];
  return { depth: 1 + Math.max(low.depth, high.depth), leaves: low.leaves + high.leaves };
}

export interface Naming {
  readonly classes: readonly string[];
  readonly features: readonly RowFeature[];
}

/** The way to each leaf, in the units of the source where a value has them. */
export function rulesOf(tree: TreeNode, naming: Naming): Rules {
  return walk(tree, [], naming);
}

function walk(node: TreeNode, conditions: readonly string[], naming: Naming): Rules {
  if (!node.split) {
    const own = node.counts[node.class] ?? 0;
    const name = naming.classes[node.class] ?? '';
    return [{ conditions, class: name, rows: node.rows, share: own / node.rows }];
  }
  const { value, threshold, low, high } = node.split;
  const [below, above] = conditionsOf(value, threshold, naming.features);
  return [
    ...walk(low, [...conditions, below], naming),
    ...walk(high, [...conditions, above], naming),
  ];
}

function conditionsOf(
  value: number,
  threshold: number,
  features: readonly RowFeature[],
): readonly [below: string, above: string] {
  const feature = features.find(({ values }) => values.includes(value));
  const { encoder = null, name = `value ${value}`, values = [] } = feature ?? {};
  const place = values.indexOf(value);
  if (encoder?.type === 'category') {
    const category = encoder.categories[place] ?? '';
    return [`${name} is not ${category}`, `${name} is ${category}`];
  }
  const part = values.length > 1 ? `${name}[${place}]` : name;
  const bound =
    encoder?.type === 'number' ? threshold * encoder.divisor + encoder.offset : threshold;
  const shown = String(Number(bound.toPrecision(6)));
  return [`${part} ≤ ${shown}`, `${part} > ${shown}`];
}
