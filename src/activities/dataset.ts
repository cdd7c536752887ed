/** The step `dataset`: a source to encoded parts, with the encoders that made them. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { arrangeInputs, type Arrangement } from '../data/arrange-inputs.ts';
import { checkRows } from '../data/check-rows.ts';
import { openEncoders, type RowEncoder } from '../data/encode-rows.ts';
import { fitEncoders } from '../data/encoders/fit-encoders.ts';
import { type FeatureColumns, findFeatureColumns } from '../data/feature-columns.ts';
import { labelRows, numberTexts } from '../data/label-rows.ts';
import { loadPictures } from '../data/load-pictures.ts';
import { pictureColumns } from '../data/picture-groups.ts';
import { openSource } from '../data/sources/open-source.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { dividingColumns, type RowsOfParts, splitRows } from '../data/split.ts';
import { storeDataset } from '../data/store-dataset.ts';
import { rowCount, type Table } from '../data/table.ts';
import {
  arrangeSequences,
  fitTarget,
  type OpenTarget,
  type TextTarget,
  withTarget,
} from '../data/target-text.ts';
import { PipelineError } from '../errors.ts';
import { countCut, countUnseen, warnOfOddCells } from './dataset-warnings.ts';
import { dataRootFor } from './local-context.ts';
import type { DatasetStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

/** Values of all parts together: 1 GiB. */
const MAX_VALUES = 2 ** 28;

export const datasetStep: Step<DatasetStep['with'], DatasetStep['outputs']> = {
  kind: 'dataset',

  async run(input, context) {
    const { split, keep = [] } = input;
    const text = typeof input.target === 'string' ? null : input.target;
    const target = text?.column ?? (input.target as string);
    const { scratch, signal } = context;
    const rootOf = (file: string) => dataRootFor(context, file);
    const heartbeat = () => context.heartbeat();
    const files = new SourceFiles();
    const source = await openSource(input, { rootOf, scratch, files, signal });
    heartbeat();
    const labelled = text ? numberTexts(source, target) : labelRows(source, target);
    const roles = { target, dividing: dividingColumns(split), kept: keep };
    const features = findFeatureColumns(source, roles, input.features);
    const drawn = text ? { ...split, stratify: false } : split;
    const parts = splitRows(labelled.labels, drawn, source);
    const reading = { rootOf, noteFile: files.note, heartbeat, signal };
    const table = await loadPictures(source, pictureColumns(source, features), reading);
    const encoding = fitRows({ table, features, training: parts.train, text });
    const { arrangement, encoder, said } = encoding;
    heartbeat();
    requireMemory(rowCount(table), encoder);
    if (input.features === undefined) warnOfOddCells(table, features, context);
    const unseenCategories = countUnseen(encoder, parts, context);
    const checks = checkRows({ table, features, parts, ...labelled });
    heartbeat();
    const manifest = await storeDataset(context.store, {
      classes: said?.tokens ?? labelled.classes,
      labels: said?.labels ?? ((rows) => rows.map((row) => labelled.labels[row] as number)),
      targetEncoder: said?.encoder,
      source: { path: input.source, sha256: files.digest },
      ...{ table, target, keep, arrangement, encoder, parts, split: drawn },
    });
    return {
      dataset: await context.store.putJson(manifest, MEDIA_TYPE.dataset),
      fingerprint: files.digest,
      rows: rowsOf(parts),
      classes: [...labelled.classes],
      inputShape: [...arrangement.inputShape],
      ...(said && { target: describeTarget(said, rowCount(table), context) }),
      checks: { ...checks, constantColumns: [...checks.constantColumns], unseenCategories },
    };
  },
};

interface RowsToFit {
  readonly table: Table;
  readonly features: readonly FeatureColumns[];
  readonly training: Int32Array;
  readonly text: TextTarget | null;
}

interface FittedRows {
  readonly arrangement: Arrangement;
  readonly encoder: RowEncoder;
  /** Where the target is a text. */
  readonly said: OpenTarget | null;
}

function fitRows({ table, features, training, text }: RowsToFit): FittedRows {
  const arrangement = arrangeInputs(
    features.map((found) => ({
      name: found.group.name,
      encoders: fitEncoders(table, found, training),
    })),
  );
  const encoder = openEncoders(arrangement.encoders, table);
  if (!text) return { arrangement, encoder, said: null };
  const said = fitTarget(table, text, training);
  return {
    arrangement: arrangeSequences(arrangement, said.encoder),
    encoder: withTarget(encoder, said),
    said,
  };
}

function describeTarget(target: OpenTarget, rows: number, context: StepContext) {
  const { tokens, encoder } = target;
  return {
    tokens: tokens.length,
    length: encoder.length,
    cut: countCut(target, rows, context),
  };
}

const rowsOf = ({ train, validation, test }: RowsOfParts) => ({
  train: train.length,
  validation: validation.length,
  test: test.length,
});

function requireMemory(rows: number, { width }: RowEncoder): void {
  const values = rows * width;
  if (values <= MAX_VALUES) return;
  throw new PipelineError(
    'DATA_TOO_LARGE',
    `${rows} rows of ${width} values are ${values}; at most ${MAX_VALUES} fit`,
  );
}
