/** The step `transfer`: layers of a model and a new head, trained on other data. */
import path from 'node:path';
import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import type { DatasetManifest } from '../data/dataset.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { loadBackend, type Backend } from '../ml/backend.ts';
import { decodeModel } from '../ml/decode-model.ts';
import type { ModelManifest } from '../ml/model.ts';
import { buildNetwork, type Network, restoreNetwork } from '../ml/network.ts';
import { learningRateOf } from '../ml/optimizers/create-optimizer.ts';
import { type TrainingStage, TrainingStages } from '../ml/training/training-stages.ts';
import { drawTransfer, type TransferArchitecture } from '../ml/transfer/draw-transfer.ts';
import { discriminativeRates, planStages, type StageOptions } from '../ml/transfer/plan-stages.ts';
import { transferWeights } from '../ml/transfer/transfer-weights.ts';
import { trainDurably } from './durable-training.ts';
import { gainOverScratch } from './gain-over-scratch.ts';
import { type LoadedInput, openTraining } from './load-training.ts';
import { networkManifest } from './network-manifest.ts';
import { requireSameRows } from './require-same-rows.ts';
import type { TransferStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import type { TrainingSettings } from './training-settings.ts';

type Input = TransferStep['with'];
type BaseModel = Extract<ModelManifest, { type: 'network' }>;

export const transferStep: Step<Input, TransferStep['outputs']> = {
  kind: 'transfer',

  async run(input, context) {
    const backend = await loadBackend();
    if (backend.warning) context.log('warn', backend.warning);
    const outputs = await trainOnce(input, 'base', { context, backend });
    const { compareWithScratch, dataset, seed } = input;
    if (!compareWithScratch) return outputs;
    const seeds = Array.from({ length: compareWithScratch.seeds }, (_, index) => seed + index);
    const train = async (from: Origin, own: number): Promise<ArtifactRef> => {
      if (from === 'base' && own === seed) return outputs.model;
      // Checkpoints of their own: several trainings stand in one step.
      const scratch = path.join(context.scratch, `${from}-${own}`);
      const inner = { context: { ...context, scratch }, backend };
      return (await trainOnce({ ...input, seed: own }, from, inner)).model;
    };
    return { ...outputs, gain: await gainOverScratch({ dataset, seeds, train }, context) };
  },
};

type Origin = 'base' | 'scratch';

async function trainOnce(
  input: Input,
  from: Origin,
  { context, backend }: Pick<Transfer, 'context' | 'backend'>,
): Promise<TransferStep['outputs']> {
  const { store } = context;
  const base = requireNetwork(decodeModel(await store.getJson<Json>(input.base)));
  const manifest = decodeDataset(await store.getJson<Json>(input.dataset));
  requireClasses(base, manifest);
  requireSameRows({ own: base.input, who: 'the base' }, manifest, { context, step: 'transfer' });
  const { cutAt, head, seed } = input;
  const classes = manifest.classes.length;
  const drawn = drawTransfer({ base: base.architecture, cutAt, head, classes, seed });
  const settings = settingsOf(input);
  const { architecture } = drawn;
  const loaded = await openTraining({ settings, architecture, manifest, store });
  try {
    return await transferOn({ input, from, settings, loaded, base, drawn, context, backend });
  } finally {
    await loaded.close();
  }
}

function requireNetwork(base: ModelManifest): BaseModel {
  if (base.type === 'network') return base;
  if (base.type === 'foreign') {
    throw new PipelineError(
      'MODEL_UNSUPPORTED',
      `transfer: the base was imported as ${base.format}, without its layers`,
      { remedy: 'import it from a Keras file or as a layers model of TensorFlow.js' },
    );
  }
  throw new PipelineError('MODEL_INVALID', 'transfer: the base is a fusion, not a network', {
    remedy: 'transfer from one of its members',
  });
}

/** A head gives classes of a row. */
function requireClasses({ input }: BaseModel, { labelShape }: DatasetManifest): void {
  if (!input.labelShape && !labelShape) return;
  const who = labelShape ? 'the target of the data set is a text' : 'the base writes a text';
  throw new PipelineError('SPEC_UNSUPPORTED', `transfer: ${who}, and a new head gives classes`, {
    remedy: 'use `train` with the architecture family encoder-decoder; `warmStart` keeps weights',
  });
}

const stagesOf = ({ stages, epochs }: Input): readonly StageOptions[] => {
  if (stages && epochs === undefined) return stages;
  if (!stages && epochs !== undefined) return [{ epochs }];
  throw new PipelineError('SPEC_INVALID', 'transfer needs `epochs` or `stages`, not both', {
    remedy: 'give one of them',
  });
};

function settingsOf(input: Input): TrainingSettings {
  const { base: _base, cutAt: _cut, head: _head, freeze: _freeze, ...rest } = input;
  const { stages: _stages, discriminativeRates: _rates, ...others } = rest;
  const { compareWithScratch: _compared, ...settings } = others;
  const epochs = stagesOf(input).reduce((sum, stage) => sum + stage.epochs, 0);
  return { ...settings, epochs };
}

interface Transfer {
  readonly input: Input;
  /** scratch: the same network, with fresh weights that all move. */
  readonly from: Origin;
  readonly settings: TrainingSettings;
  readonly loaded: LoadedInput;
  readonly base: BaseModel;
  readonly drawn: TransferArchitecture;
  readonly context: StepContext;
  readonly backend: Backend;
}

async function transferOn(transfer: Transfer): Promise<TransferStep['outputs']> {
  const { input, from, settings, loaded, base, drawn, context, backend } = transfer;
  const { store } = context;
  const plan = planOf(transfer);
  const network = buildNetwork(drawn.architecture);
  if (from === 'base') {
    const source = restoreNetwork(base.architecture, await store.get(base.weights));
    transferWeights({ from: source, to: network, kept: drawn.kept });
    source.dispose();
  }
  const { stages, transferred } = planTransfer(transfer, network, plan);
  try {
    const { cutAt = null, head, freeze, stages: given = null, discriminativeRates: by } = input;
    const identity = {
      base: input.base.sha256,
      from,
      transfer: { cutAt, head, freeze, stages: given, factor: by?.factor ?? 1 } as unknown as Json,
      fingerprint: backend.fingerprint,
    };
    const trained = await trainDurably({ settings, loaded, network, stages, context, identity });
    const model = networkManifest(trained.weights, {
      ...{ dataset: input.dataset, backend, loaded },
      startedFrom: from === 'base' ? input.base : undefined,
    });
    return {
      model: await store.putJson(model, MEDIA_TYPE.model),
      ...trained,
      transferred,
    };
  } finally {
    stages.dispose();
    network.dispose();
  }
}

function planOf({ input, from, settings, drawn }: Transfer): readonly TrainingStage[] {
  if (from === 'scratch') {
    return [{ epochs: settings.epochs, frozen: new Set(), rateScale: 1 }];
  }
  const { layers } = drawn.architecture;
  const kept = layers.slice(0, drawn.kept.length).map(({ name = '' }) => name);
  const learningRate = learningRateOf(input.optimizer);
  return planStages({ kept, freeze: input.freeze, stages: stagesOf(input), learningRate });
}

function planTransfer(
  { input, from, drawn }: Transfer,
  network: Network,
  stages: readonly TrainingStage[],
) {
  const kept = network.shapes.slice(0, drawn.kept.length);
  const factor = from === 'base' ? (input.discriminativeRates?.factor ?? 1) : 1;
  const hasWeights = kept.map(({ parameters }) => parameters > 0);
  const rates = discriminativeRates(hasWeights, factor);
  const count = (layers: readonly { readonly parameters: number }[]) =>
    layers.reduce((sum, { parameters }) => sum + parameters, 0);
  const transferred = {
    layers: kept.map(({ name }) => name),
    parameters: count(kept),
    frozenParameters: count(kept.filter((_, layer) => stages.at(-1)?.frozen.has(layer))),
    headParameters: count(network.shapes.slice(kept.length)),
  };
  return { stages: new TrainingStages(network, stages, rates), transferred };
}
