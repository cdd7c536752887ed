/** One network with a head for each of several tasks on the same layers. */
import type { LayerSpec } from '../../layers/layer-spec.ts';
import type { Architecture } from '../model.ts';
import { drawHead } from './draw-head.ts';
import { keepLayers } from './keep-layers.ts';

export interface TaskHead {
  readonly hidden: readonly number[];
  readonly dropout: number;
  readonly classes: number;
}

export interface TasksPlan {
  /** Whose layers are shared. */
  readonly base: Architecture;
  /** Name of the last layer that is shared. @default the one that the base's output reads */
  readonly cutAt?: string | undefined;
  /** At least two, in the order of their classes. */
  readonly heads: readonly TaskHead[];
  /** Of the initial weights. */
  readonly seed: number;
}

export interface TasksArchitecture {
  /** The shared layers, the heads, and last the logits of all tasks side by side: to train with. */
  readonly joint: Architecture;
  /** Of each shared layer, its index in the base. */
  readonly kept: readonly number[];
  readonly tasks: readonly {
    /** The shared layers and the task's head: a model as any other. */
    readonly architecture: Architecture;
    /** Of each of its layers, the index in the joint one. */
    readonly layers: readonly number[];
  }[];
}

/** @throws PipelineError as `keepLayers`. */
export function drawTasks({ base, cutAt, heads, seed }: TasksPlan): TasksArchitecture {
  const { layers: shared, kept, top } = keepLayers({ base, cutAt });
  const drawn: LayerSpec[][] = [];
  for (const head of heads) {
    const taken = [...shared, ...drawn.flat()];
    const [first, ...rest] = drawHead({ ...head, rank: top.rank }, taken);
    drawn.push([{ ...(first as LayerSpec), inputs: [top.name] }, ...rest]);
  }
  const outputs = drawn.map((head) => head.at(-1) as LayerSpec);
  const joined: LayerSpec = {
    type: 'concatenate',
    name: freeName([...shared, ...drawn.flat()]),
    inputs: outputs.map(({ name }) => name as string),
  };
  const linear = drawn
    .flat()
    .map((layer) => (outputs.includes(layer) ? withoutSoftmax(layer) : layer));
  const classes = heads.reduce((sum, head) => sum + head.classes, 0);
  let next = shared.length;
  const tasks = drawn.map((head, index) => {
    const own = Array.from({ length: head.length }, (_, at) => next + at);
    next += head.length;
    return {
      architecture: {
        ...base,
        classes: heads[index]?.classes ?? 0,
        layers: [...shared, ...head],
        seed,
      },
      layers: [...shared.keys(), ...own],
    };
  });
  return { joint: { ...base, classes, layers: [...shared, ...linear, joined], seed }, kept, tasks };
}

/** Losses take logits: only a last layer is stripped of its softmax when a network runs. */
const withoutSoftmax = (layer: LayerSpec): LayerSpec =>
  layer.type === 'dense' ? { ...layer, activation: 'linear' } : layer;

function freeName(layers: readonly LayerSpec[]): string {
  let name = 'tasks';
  for (let count = 2; layers.some((layer) => layer.name === name); count += 1)
    name = `tasks_${count}`;
  return name;
}
