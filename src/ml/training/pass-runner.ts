import type * as tf from '@tensorflow/tfjs';
import { feedsOf, type PassData } from '../recording/feeds.ts';
import { nativeBackend } from '../recording/native-backend.ts';
import { RecordedGraph } from '../recording/recorded-graph.ts';
import { computePass, type PassCall, type PassSettings, type PassTensors } from './compute-pass.ts';

export interface PassRunnerOptions extends PassSettings {
  /** Of a whole pass. */
  readonly rowsPerPass: number;
  /** That the job makes, if nothing stops it before. */
  readonly wholePasses: number;
}

/** A recording takes as long as 10 to 60 passes that are computed one operation after the other. */
export const RECORDED_FROM = 100;

export interface PassState extends Pick<PassCall, 'history'> {
  /** Indices of layers that are not trained. @default none */
  readonly frozen?: ReadonlySet<number> | undefined;
}

export interface PassResult {
  /** Of the mean loss by the parameters, `[trainable values]`; the caller disposes. */
  readonly gradient: tf.Tensor1D;
  /** `[rows, classes]`, before the update. */
  readonly logits: Float32Array;
}

/**
 * The whole passes of a job that has many run as a recorded graph where the backend can, all others
 * operation by operation. Which of the two it is hangs on the job alone: graphs may round otherwise,
 * and a run that goes on elsewhere must come to the same bits.
 */
export class PassRunner {
  readonly #options: PassRunnerOptions;
  readonly #canRecord: boolean;
  /** By the layers that are frozen. */
  readonly #graphs = new Map<string, RecordedGraph>();

  constructor(options: PassRunnerOptions) {
    this.#options = options;
    this.#canRecord = options.wholePasses >= RECORDED_FROM && canRecord(options);
  }

  /**
   * Moves the network's statistics. Call inside `tf.tidy`.
   *
   * @throws PipelineError as the layers.
   */
  run(pass: PassData, state: PassState): PassResult {
    const { network, rowsPerPass } = this.#options;
    const isWhole = pass.rows === rowsPerPass;
    const { gradient, logits, statistics } =
      isWhole && this.#canRecord
        ? this.#runRecorded(pass, state)
        : computePass({ ...this.#callOf(state), feeds: feedsOf(pass) });
    if (statistics) network.replaceStatistics(statistics);
    const values = logits.dataSync<'float32'>();
    logits.dispose();
    return { gradient, logits: values };
  }

  dispose(): void {
    for (const graph of this.#graphs.values()) graph.dispose();
    this.#graphs.clear();
  }

  #runRecorded(pass: PassData, state: PassState): PassTensors {
    const { parameters, statistics } = this.#options.network;
    const key = [...(state.frozen ?? [])].sort((a, b) => a - b).join();
    const graph = this.#graphs.get(key) ?? this.#record(pass, state);
    this.#graphs.set(key, graph);
    const [gradient, logits, moved] = graph.run(pass, [parameters, statistics]);
    return {
      gradient: gradient as tf.Tensor1D,
      logits: logits as tf.Tensor2D,
      statistics: (moved as tf.Tensor1D | undefined) ?? null,
    };
  }

  #record(pass: PassData, state: PassState): RecordedGraph {
    const call = this.#callOf(state);
    return new RecordedGraph({
      pass,
      inputs: [call.weights.parameters, call.weights.statistics],
      compute: (feeds) => {
        const { gradient, logits, statistics } = computePass({ ...call, feeds });
        return statistics ? [gradient, logits, statistics] : [gradient, logits];
      },
    });
  }

  #callOf({ frozen, history }: PassState) {
    const { network, objective, seed } = this.#options;
    const { parameters, statistics } = network;
    return { network, objective, seed, frozen, history, weights: { parameters, statistics } };
  }
}

/** Tokens that are no input, but come from a layer, have to be read while the pass is computed. */
function canRecord({ network, objective }: PassRunnerOptions): boolean {
  if (!nativeBackend() || !objective.isRecordable) return false;
  const { architecture, shapes } = network;
  return architecture.layers.every(({ type }, index) => {
    const source = shapes[index]?.sources[0];
    return type !== 'embedding' || (source !== undefined && 'input' in source);
  });
}
