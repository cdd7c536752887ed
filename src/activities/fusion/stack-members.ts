/** Stacking: a logistic model of what members say of rows that they never saw. */
import path from 'node:path';
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { loadBackend } from '../../ml/backend.ts';
import { loadClassifier, NetworkClassifier } from '../../ml/classifier.ts';
import { fitStacking } from '../../ml/fusion/fit-stacking.ts';
import { answerOutOfFold, assignFolds, type HeldOutQuestion } from '../../ml/fusion/fold-rows.ts';
import type { NetworkManifest, StackingModel } from '../../ml/model.ts';
import { buildNetwork } from '../../ml/network.ts';
import { MemoryRows } from '../../ml/training/memory-rows.ts';
import { trainDurably } from '../durable-training.ts';
import { predictRows } from '../model-on-data.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import type { Member } from './measure-members.ts';
import { ownTraining } from './own-training.ts';
import { requireNetworks } from './require-networks.ts';

/**
 * Each member's architecture is trained anew without each fold, from its own initial weights, and
 * answers for the fold. A training part that is stratified in folds of the seed is used whole. A model
 * that was imported never saw the rows, and answers as it is.
 *
 * @throws PipelineError `MODEL_INVALID` for a member that is a fusion; `SPEC_MISSING_KEY` without
 * `training`; as training.
 */
export async function stackMembers(
  input: FuseStep['with'],
  members: readonly Member[],
  context: StepContext,
): Promise<StackingModel> {
  const { folds = 5, seed = 0, penalty = 0.001 } = input;
  const part = await loadPart(context.store, input.dataset, 'train');
  const foldOf = assignFolds(part.y, { folds, seed });
  const predictions: Float32Array[] = [];
  for (const [index, one] of members.entries()) {
    if (isImported(one)) {
      predictions.push(await answerAsItIs(one, part, context));
      continue;
    }
    const [member] = requireNetworks([one], 'stacking', index + 1) as [NetworkManifest];
    const question = { input, part, member, context };
    predictions.push(
      await answerOutOfFold(foldOf, (held) => {
        const name = `member-${index + 1}-fold-${held.fold + 1}`;
        context.log('info', `training ${name} on ${held.seen.length} rows`);
        return answerHeld(held, { ...question, name });
      }),
    );
  }
  const classes = part.manifest.classes.length;
  return fitStacking({ predictions, labels: part.y, classes, penalty });
}

const isImported = ({ manifest }: Member): boolean =>
  manifest.type === 'foreign' || (manifest.type === 'network' && manifest.imported !== undefined);

async function answerAsItIs(
  { ref }: Member,
  part: LoadedPart,
  context: StepContext,
): Promise<Float32Array> {
  const { classifier } = await loadClassifier(context.store, ref);
  try {
    return (await predictRows(classifier, part, context)).values;
  } finally {
    classifier.dispose();
  }
}

interface FoldJob {
  readonly input: FuseStep['with'];
  readonly part: LoadedPart;
  readonly member: NetworkManifest;
  readonly context: StepContext;
  /** Of its checkpoints. */
  readonly name: string;
}

async function answerHeld(
  { seen, held, fold }: HeldOutQuestion,
  { input, part, member, context, name }: FoldJob,
): Promise<Float32Array> {
  const settings = ownTraining(input);
  const { architecture } = member;
  const train = new MemoryRows(rowsOf(part, seen), settings.seed);
  const { manifest } = part;
  const loaded = { architecture, manifest, train, validation: null, close: async () => {} };
  const network = buildNetwork(architecture);
  try {
    const scratch = path.join(context.scratch, name);
    const { fingerprint } = await loadBackend();
    const identity = {
      architecture: member.weights.sha256,
      fold,
      fingerprint,
      folds: input.folds ?? 5,
    };
    await trainDurably({ settings, loaded, network, context: { ...context, scratch }, identity });
    const { x } = rowsOf(part, held);
    const classifier = new NetworkClassifier(network, manifest.classes);
    return (await predictRows(classifier, { x, rows: held.length }, context)).values;
  } finally {
    network.dispose();
  }
}

function rowsOf({ x, y, rows }: LoadedPart, chosen: Int32Array) {
  const width = x.length / rows;
  const taken = new Float32Array(chosen.length * width);
  chosen.forEach((row, at) => taken.set(x.subarray(row * width, (row + 1) * width), at * width));
  const labels = Int32Array.from(chosen, (row) => y[row] as number);
  return { count: chosen.length, width, x: taken, y: labels };
}
