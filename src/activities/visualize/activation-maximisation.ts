import * as tf from '@tensorflow/tfjs';
import type { LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { Network } from '../../ml/network.ts';
import { runInBatches } from '../../ml/run-in-batches.ts';
import { type Dream, dreamTable, dreamTiles } from '../../ml/visualize/dream-tiles.ts';
import { maximiseActivation } from '../../ml/visualize/maximise-activation.ts';
import { openLayer } from '../../ml/visualize/open-layer.ts';
import { readValues } from '../../ml/read-values.ts';
import type { Draw, VisualizeInput } from './drawing.ts';
import { withNetworkOnData } from './open-network.ts';

/** What is answered to pictures, before a softmax. */
interface Units {
  /** In words. */
  readonly of: string;
  readonly names: readonly string[];
  /** `[pictures, units]`; the caller disposes. */
  readonly trace: (pictures: tf.Tensor) => tf.Tensor2D;
  /** `[rows, units]` */
  readonly values: (x: Float32Array, rows: number) => Promise<Float32Array>;
  readonly dispose: () => void;
}

export const drawDreams: Draw = (input, context) => {
  const place = { context, picture: 'activation-maximisation' } as const;
  return withNetworkOnData(input, place, async ({ network, manifest, part }) => {
    const shape = requirePicture(network.architecture.inputShape);
    const units = openUnits(network, manifest.input.classes, input.layer);
    try {
      const count = Math.min(units.names.length, input.limit);
      const pixels = await maximiseActivation({
        shape,
        units: count,
        steps: input.steps,
        seed: input.seed,
        // Of picture u the answer of unit u.
        activation: (pictures) =>
          tf.sum(tf.mul(tf.slice(units.trace(pictures), [0, 0], [count, count]), tf.eye(count)), 1),
        onStep: () => {
          context.signal.throwIfAborted();
          context.heartbeat({ picture: place.picture });
        },
      });
      const dreams = await describeDreams(pixels, units, { count, part });
      return [picture(dreams, { units, shape, input })];
    } finally {
      units.dispose();
    }
  });
};

function requirePicture(shape: readonly number[]): readonly [number, number, number] {
  const [height, width, channels] = shape;
  if (shape.length === 3 && height && width && channels) return [height, width, channels];
  throw new PipelineError(
    'MODEL_UNSUPPORTED',
    `visualize: activation-maximisation draws pictures, and the model reads [${shape.join(', ')}]`,
    { remedy: 'leave the picture out' },
  );
}

function openUnits(network: Network, classes: readonly string[], layer: string | undefined): Units {
  if (layer === undefined) {
    const trace = (x: tf.Tensor): tf.Tensor2D => network.logits(x);
    return {
      of: 'the classes',
      names: classes,
      trace,
      values: (x, rows) => runInBatches({ network, compute: trace, x, rows }),
      dispose: () => undefined,
    };
  }
  const opened = openLayer(network, layer);
  const channels = opened.shape.at(-1) ?? 0;
  // The mean over the places of each channel.
  const join = (values: tf.Tensor): tf.Tensor2D =>
    tf.mean(tf.reshape(values, [values.shape[0], -1, channels]), 1);
  return {
    of: `the channels of ${layer}`,
    names: Array.from({ length: channels }, (_, channel) => `${channel}`),
    trace: (x) => tf.tidy(() => join(opened.trace(x))),
    async values(x, rows) {
      const all = await opened.values(x, rows);
      return readValues(() => join(tf.tensor(all, [rows, all.length / rows])));
    },
    dispose: () => opened.dispose(),
  };
}

async function describeDreams(
  pixels: Float32Array,
  { names, values }: Units,
  { count, part }: { readonly count: number; readonly part: LoadedPart },
): Promise<readonly Dream[]> {
  const width = pixels.length / count;
  const [own, natural] = [await values(pixels, count), await values(part.x, part.rows)];
  const units = own.length / count;
  return Array.from({ length: count }, (_, unit) => {
    let best = -Infinity;
    for (let row = 0; row < part.rows; row += 1) {
      best = Math.max(best, natural[row * units + unit] ?? NaN);
    }
    const reached = own[unit * units + unit] ?? NaN;
    if (!Number.isFinite(reached) || !Number.isFinite(best)) {
      throw new PipelineError('MODEL_INVALID', `the model gives ${reached} for a picture`);
    }
    return {
      name: names[unit] ?? '?',
      pixels: pixels.slice(unit * width, (unit + 1) * width),
      reached,
      bestOfPart: best,
    };
  });
}

function picture(
  dreams: readonly Dream[],
  place: {
    readonly units: Units;
    readonly shape: readonly [number, number, number];
    readonly input: VisualizeInput;
  },
) {
  const { units, shape, input } = place;
  const above = dreams.filter(({ reached, bestOfPart }) => reached > bestOfPart).length;
  const heading = `Pictures that ${units.of} answer to most`;
  const shown = dreams.length < units.names.length ? ` (the first of ${units.names.length})` : '';
  return {
    name: 'activation-maximisation',
    title: heading,
    caption: `Found by ${input.steps} steps of ascent from seed ${input.seed}, for ${dreams.length} units${shown}: of ${above} of them the answer is above that to every row of the ${input.part} part. Nobody has seen such a picture; it says what the model looks for.`,
    sourceRow: null,
    data: dreamTable({ heading, shape, dreams }),
    svg: (theme: Parameters<typeof dreamTiles>[1]) => dreamTiles({ heading, shape, dreams }, theme),
  };
}
