/** The step `dataset`: a source to encoded parts, with the encoders that made them. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { type Arrangement, arrangeInputs } from '../data/arrange-inputs.ts';
import { checkRows } from '../data/check-rows.ts';
import { decodeDataset } from '../data/decode-dataset.ts';
import { openEncoders, type RowEncoder } from '../data/encode-rows.ts';
import { fitEncoders } from '../data/encoders/fit-encoders.ts';
import { featuresOfEncoders } from '../data/features-of-encoders.ts';
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
import type { Json } from '../json.ts';
import { countUnseen, warnOfOddCells } from './dataset-warnings.ts';
import { dataRootFor } from './local-context.ts';
import type { DatasetStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

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
    const stored = await storedReading(input, context);
    const features = stored
      ? featuresOfEncoders(stored.encoders)
      : findFeatureColumns(source, roles, input.features);
    const parts = splitRows(labelled.labels, split, source);
    const reading = { rootOf, noteFile: files.note, heartbeat, signal };
    const table = await loadPictures(source, pictureColumns(source, features), reading);
    const fit = (): Arrangement =>
      arrangeInputs(
        features.map((found) => ({
          name: found.group.name,
          encoders: fitEncoders(table, found, parts.train),
        })),
      );
    const arrangement = stored ?? fit();
    heartbeat();
    const encoder = openEncoders(arrangement.encoders, table);
    requireMemory(rowCount(table), encoder);
    if (!stored && input.features === undefined) warnOfOddCells(table, features, context);
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

/** @returns what another data set made of its columns; `null` where it is to be fitted. */
async function storedReading(
  { readAs, features }: DatasetStep['with'],
  { store }: StepContext,
): Promise<Arrangement | null> {
  if (readAs === undefined) return null;
  if (features !== undefined) {
    throw new PipelineError('SPEC_INVALID', 'features say nothing beside readAs', {
      remedy: 'remove them: they are those of the other data set',
    });
  }
  const { encoders, inputShape, inputs } = decodeDataset(await store.getJson<Json>(readAs));
  return { encoders, inputShape, ...(inputs && { inputs }) };
}

function requireMemory(rows: number, { width }: RowEncoder): void {
  const values = rows * width;
  if (values <= MAX_VALUES) return;
  throw new PipelineError(
    'DATA_TOO_LARGE',
    `${rows} rows of ${width} values are ${values}; at most ${MAX_VALUES} fit`,
  );
}
