/** The step `dataset`: a source to encoded parts, with the encoders that made them. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { arrangeInputs, type Arrangement } from '../data/arrange-inputs.ts';
import { RowChecker, type RowChecks } from '../data/check-rows.ts';
import type { TextEncoder } from '../data/dataset.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { PartSpools } from '../data/encode-parts.ts';
import { openEncoders } from '../data/encode-rows.ts';
import { fitEncoders, fitOn } from '../data/encoders/fit-encoders.ts';
import { featuresOfEncoders } from '../data/features-of-encoders.ts';
import { type FeatureColumns, findFeatureColumns } from '../data/feature-columns.ts';
import { type Labels, labelRows, labelTexts } from '../data/label-rows.ts';
import { loadPictures } from '../data/load-pictures.ts';
import { pictureColumns } from '../data/picture-groups.ts';
import { blocksOf, type RowBlocks } from '../data/row-blocks.ts';
import { withRows } from '../data/sources/open-rows.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { dividingColumns, type RowsOfParts, splitRows } from '../data/split.ts';
import { MissingCells, storeDataset } from '../data/store-dataset.ts';
import {
  arrangeSequences,
  openTarget,
  targetFit,
  type TextTarget,
  tokenNames,
  withTarget,
} from '../data/target-text.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { OddRows, warnOfOddCells } from './dataset-warnings.ts';
import { dataRootFor } from './local-context.ts';
import type { DatasetStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = DatasetStep['with'];

export const datasetStep: Step<Input, DatasetStep['outputs']> = {
  kind: 'dataset',

  run(input, context) {
    const { scratch, signal } = context;
    const rootOf = (file: string) => dataRootFor(context, file);
    const heartbeat = () => context.heartbeat();
    const files = new SourceFiles();
    const around = { rootOf, scratch, files, signal, heartbeat };
    return withRows(input, around, (source) => encodeSource(source, { input, files, context }));
  },
};

interface Work {
  readonly input: Input;
  readonly files: SourceFiles;
  readonly context: StepContext;
}

/** What is known of the rows before they are encoded. */
interface Fitted extends Labels {
  readonly rows: RowBlocks;
  readonly target: string;
  readonly features: readonly FeatureColumns[];
  readonly split: Input['split'];
  readonly parts: RowsOfParts;
  readonly arrangement: Arrangement;
  /** Of a target that is a text. */
  readonly said: TextEncoder | null;
}

async function encodeSource(source: RowBlocks, work: Work): Promise<DatasetStep['outputs']> {
  const { input, context } = work;
  const fitted = await fitRows(source, work);
  const isGuessed = input.features === undefined && input.readAs === undefined;
  if (isGuessed) await warnOfOddCells(fitted.rows, fitted.features, context);
  const spool = { folder: context.scratch };
  const encoded = new PartSpools(fitted.parts, spool);
  try {
    const { checks, odd, missing } = await encodeRows(fitted, encoded, context);
    const unseenCategories = odd.warnOfUnseen(context);
    const { keep = [], source: path } = input;
    const { classes, said, parts, arrangement } = fitted;
    const manifest = await storeDataset(context.store, {
      ...{ ...fitted, keep, encoded, missing, spool },
      classes: said ? tokenNames(said) : classes,
      targetEncoder: said ?? undefined,
      source: { path, sha256: work.files.digest },
    });
    return {
      dataset: await context.store.putJson(manifest, MEDIA_TYPE.dataset),
      fingerprint: work.files.digest,
      rows: rowsOf(parts),
      classes: [...classes],
      inputShape: [...arrangement.inputShape],
      ...(said && { target: describeTarget(said, odd, context) }),
      checks: { ...checks, constantColumns: [...checks.constantColumns], unseenCategories },
    };
  } finally {
    await encoded.close();
  }
}

async function fitRows(source: RowBlocks, { input, files, context }: Work): Promise<Fitted> {
  const { signal } = context;
  const text = typeof input.target === 'string' ? null : input.target;
  const target = text?.column ?? (input.target as string);
  context.heartbeat();
  const labelled = await (text ? labelTexts : labelRows)(source, target);
  const roles = { target, dividing: dividingColumns(input.split), kept: input.keep ?? [] };
  const stored = await storedReading(input, context);
  const features = stored
    ? featuresOfEncoders(stored.encoders)
    : await findFeatureColumns(source, roles, input.features);
  const split = text ? { ...input.split, stratify: false } : input.split;
  const parts = await splitRows(labelled.labels, split, source);
  const heartbeat = () => context.heartbeat();
  const rootOf = (file: string) => dataRootFor(context, file);
  const reading = { rootOf, noteFile: files.note, heartbeat, signal };
  const { whole } = source;
  const rows = whole
    ? blocksOf(await loadPictures(whole, pictureColumns(whole, features), reading))
    : source;
  const fitted = stored
    ? { arrangement: stored, said: null }
    : await fitArrangement({ rows, features, training: parts.train, text });
  return { ...labelled, rows, target, features, split, parts, ...fitted };
}

interface RowsToFit {
  readonly rows: RowBlocks;
  readonly features: readonly FeatureColumns[];
  readonly training: Int32Array;
  readonly text: TextTarget | null;
}

async function fitArrangement({ rows, features, training, text }: RowsToFit) {
  const groups = [];
  for (const found of features) {
    const encoders = await fitEncoders(rows, found, training);
    groups.push({ name: found.group.name, encoders });
  }
  const arrangement = arrangeInputs(groups);
  if (!text) return { arrangement, said: null };
  const said = await fitOn(rows, targetFit(text), training);
  return { arrangement: arrangeSequences(arrangement, said), said };
}

interface EncodedRows {
  readonly checks: RowChecks;
  readonly odd: OddRows;
  readonly missing: Readonly<Record<string, number>>;
}

/** Goes through all rows once. */
async function encodeRows(
  fitted: Fitted,
  encoded: PartSpools,
  { heartbeat, signal }: Pick<StepContext, 'heartbeat' | 'signal'>,
): Promise<EncodedRows> {
  const { rows, target, features, parts, arrangement, said } = fitted;
  const checker = new RowChecker(fitted);
  const odd = new OddRows(parts);
  const missing = new MissingCells(arrangement, parts.train);
  const columns = [target, ...features.flatMap((found) => found.columns)];
  for await (const block of rows.blocks(columns)) {
    signal.throwIfAborted();
    heartbeat();
    const plain = openEncoders(arrangement.encoders, block);
    const open = said && openTarget(said, block);
    const encoder = open ? withTarget(plain, open) : plain;
    await encoded.append({ block, encoder, said: open });
    odd.add({ block, encoder, said: open });
    missing.add(block);
    checker.add(block);
  }
  return { checks: checker.finish(), odd, missing: missing.found };
}

function describeTarget(encoder: TextEncoder, odd: OddRows, context: StepContext) {
  return {
    tokens: tokenNames(encoder).length,
    length: encoder.length,
    cut: odd.warnOfCut(encoder, context),
  };
}

const rowsOf = ({ train, validation, test }: RowsOfParts) => ({
  train: train.length,
  validation: validation.length,
  test: test.length,
});

/** @returns what another data set made of its columns; `null` where it is to be fitted. */
async function storedReading(
  { readAs, features, target }: Input,
  { store }: StepContext,
): Promise<Arrangement | null> {
  if (readAs === undefined) return null;
  if (typeof target !== 'string') {
    throw new PipelineError('SPEC_UNSUPPORTED', 'readAs is for classes, and the target is a text', {
      remedy: 'give `features`',
    });
  }
  if (features !== undefined) {
    throw new PipelineError('SPEC_INVALID', 'features say nothing beside readAs', {
      remedy: 'remove them: they are those of the other data set',
    });
  }
  const read = decodeDataset(await store.getJson<Json>(readAs));
  const { encoders, featureNames, inputShape, inputs } = read;
  return { encoders, featureNames, inputShape, ...(inputs && { inputs }) };
}
