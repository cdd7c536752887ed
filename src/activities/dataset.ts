/** The step `dataset`: a source to encoded parts, with the encoders that made them. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { arrangeInputs } from '../data/arrange-inputs.ts';
import { checkRows } from '../data/check-rows.ts';
import { openEncoders, type RowEncoder } from '../data/encode-rows.ts';
import { fitEncoders } from '../data/encoders/fit-encoders.ts';
import { findFeatureColumns } from '../data/feature-columns.ts';
import { labelRows } from '../data/label-rows.ts';
import { loadPictures } from '../data/load-pictures.ts';
import { pictureColumns } from '../data/picture-groups.ts';
import { openSource } from '../data/sources/open-source.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { dividingColumns, splitRows } from '../data/split.ts';
import { storeDataset } from '../data/store-dataset.ts';
import { rowCount } from '../data/table.ts';
import { PipelineError } from '../errors.ts';
import { countUnseen, warnOfOddCells } from './dataset-warnings.ts';
import { dataRootFor } from './local-context.ts';
import type { DatasetStep } from './step-types.ts';
import type { Step } from './step.ts';

/** Values of all parts together: 1 GiB. */
const MAX_VALUES = 2 ** 28;

export const datasetStep: Step<DatasetStep['with'], DatasetStep['outputs']> = {
  kind: 'dataset',

  async run(input, context) {
    const { target, split, keep = [] } = input;
    const { scratch, signal } = context;
    const rootOf = (file: string) => dataRootFor(context, file);
    const heartbeat = () => context.heartbeat();
    const files = new SourceFiles();
    const source = await openSource(input, { rootOf, scratch, files, signal });
    heartbeat();
    const labelled = labelRows(source, target);
    const roles = { target, dividing: dividingColumns(split), kept: keep };
    const features = findFeatureColumns(source, roles, input.features);
    const parts = splitRows(labelled.labels, split, source);
    const reading = { rootOf, noteFile: files.note, heartbeat, signal };
    const table = await loadPictures(source, pictureColumns(source, features), reading);
    const arrangement = arrangeInputs(
      features.map((found) => ({
        name: found.group.name,
        encoders: fitEncoders(table, found, parts.train),
      })),
    );
    heartbeat();
    const encoder = openEncoders(arrangement.encoders, table);
    requireMemory(rowCount(table), encoder);
    if (input.features === undefined) warnOfOddCells(table, features, context);
    const unseenCategories = countUnseen(encoder, parts, context);
    const checks = checkRows({ table, features, parts, ...labelled });
    heartbeat();
    const manifest = await storeDataset(context.store, {
      ...labelled,
      table,
      source: { path: input.source, sha256: files.digest },
      target,
      keep,
      arrangement,
      encoder,
      parts,
      split,
    });
    return {
      dataset: await context.store.putJson(manifest, MEDIA_TYPE.dataset),
      fingerprint: files.digest,
      rows: {
        train: parts.train.length,
        validation: parts.validation.length,
        test: parts.test.length,
      },
      classes: [...labelled.classes],
      inputShape: [...arrangement.inputShape],
      checks: { ...checks, constantColumns: [...checks.constantColumns], unseenCategories },
    };
  },
};

function requireMemory(rows: number, { width }: RowEncoder): void {
  const values = rows * width;
  if (values <= MAX_VALUES) return;
  throw new PipelineError(
    'DATA_TOO_LARGE',
    `${rows} rows of ${width} values are ${values}; at most ${MAX_VALUES} fit`,
  );
}
