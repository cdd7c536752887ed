/** The new data that the step `drift` compares: a part of a data set, or a file. */
import type { Encoder } from '../../data/dataset.ts';
import { openEncoders } from '../../data/encode-rows.ts';
import { featuresOfEncoders } from '../../data/features-of-encoders.ts';
import { loadPart } from '../../data/load-part.ts';
import { loadPictures } from '../../data/load-pictures.ts';
import { pictureColumns } from '../../data/picture-groups.ts';
import { SourceFiles } from '../../data/sources/source-files.ts';
import { openSource } from '../../data/sources/open-source.ts';
import { rowCount, type Table } from '../../data/table.ts';
import { transcodeRows } from '../../data/transcode-rows.ts';
import { PipelineError } from '../../errors.ts';
import type { EncodedRows } from '../../ml/audit/column-drift.ts';
import { dataRootFor } from '../local-context.ts';
import type { DriftStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

export interface NewRows {
  readonly rows: number;
  /** As columns are compared: cells where they are there, else values by those encoders. */
  readonly comparedBy: (encoders: readonly Encoder[]) => Table | EncodedRows;
  /** As a model reads them. */
  readonly encodedBy: (encoders: readonly Encoder[]) => Promise<EncodedRows>;
  /** Of the files that were read; `null` of a data set. */
  readonly fingerprint: () => string | null;
}

/**
 * @throws PipelineError `SPEC_INVALID` without new data or with both kinds; as `openSource`, `loadPart`.
 * Both functions throw `SHAPE_MISMATCH` or `DATA_INVALID` for columns that are not there or cannot be read.
 */
export async function openNewRows(
  { current, part, source }: DriftStep['with'],
  context: StepContext,
): Promise<NewRows> {
  if ((current === undefined) === (source === undefined)) {
    throw new PipelineError('SPEC_INVALID', 'drift needs either `current` or `source`', {
      remedy: 'give one of them',
    });
  }
  if (source !== undefined) return openFile(source, context);
  const given = await loadPart(context.store, current as NonNullable<typeof current>, part);
  const encodedBy = (encoders: readonly Encoder[]): EncodedRows => ({
    rows: given.rows,
    x: transcodeRows(given, given.manifest.encoders, encoders),
  });
  return {
    rows: given.rows,
    comparedBy: encodedBy,
    encodedBy: (encoders) => Promise.resolve(encodedBy(encoders)),
    fingerprint: () => null,
  };
}

async function openFile(source: string, context: StepContext): Promise<NewRows> {
  const { scratch, signal } = context;
  const files = new SourceFiles();
  const rootOf = (file: string) => dataRootFor(context, file);
  const heartbeat = () => context.heartbeat();
  const table = await openSource({ source }, { rootOf, scratch, files, signal, heartbeat });
  const rows = rowCount(table);
  return {
    rows,
    comparedBy: () => table,
    async encodedBy(encoders) {
      const pictures = pictureColumns(table, featuresOfEncoders(encoders));
      const reading = { rootOf, noteFile: files.note, heartbeat, signal };
      const whole = await loadPictures(table, pictures, reading);
      const all = Int32Array.from({ length: rows }, (_, row) => row);
      return { rows, x: openEncoders(encoders, whole).encode(all) };
    },
    fingerprint: () => files.digest,
  };
}
