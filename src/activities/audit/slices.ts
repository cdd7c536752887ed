import { loadShown } from '../../data/load-shown.ts';
import { PipelineError } from '../../errors.ts';
import type { ColumnSlices, SliceMetric } from '../../ml/audit/audit-report.ts';
import { measureMetrics } from '../../ml/audit/measure-metrics.ts';
import type { ProbabilityTable } from '../../ml/audit/metrics.ts';
import { sliceComparisons } from '../../ml/audit/slice-checks.ts';
import { CounterRandom } from '../../ml/random.ts';
import { cellsOf, divide, type Partition } from './partition.ts';
import { breathe } from './performance.ts';
import type { Audited, AuditSection } from './section.ts';

/** The figures of parts of the rows, each alone. */
export const slices: AuditSection = {
  require({ slices: settings, checks }) {
    if (settings || checks.sliceAccuracy === undefined) return;
    const message = 'audit: sliceAccuracy is a bound on slices, and there are none';
    throw new PipelineError('SPEC_INVALID', message, {
      remedy: 'say by which columns in `slices`, or take the bound away',
    });
  },
  async measure(audited) {
    const { input, loaded, context } = audited;
    if (!input.slices) return {};
    const { by, minRows } = input.slices;
    const { columns: shown } = await loadShown(context.store, input.dataset, input.part);
    const measured: ColumnSlices[] = [];
    for (const partition of by) {
      const cells = cellsOf(partition.column, { part: loaded.part, shown });
      measured.push(await sliceBy(partition, divide(cells, partition), { audited, minRows }));
    }
    return { slices: measured };
  },
  compare: (figures, bounds) => sliceComparisons(figures, bounds),
  warnings: ({ slices: measured = [] }) =>
    measured.flatMap(({ column, warnings }) => warnings.map((one) => `by "${column}" ${one}`)),
};

interface Surroundings {
  readonly audited: Audited;
  readonly minRows: number;
}

async function sliceBy(
  { column }: Partition,
  { names, groups }: ReturnType<typeof divide>,
  { audited, minRows }: Surroundings,
): Promise<ColumnSlices> {
  const measured: ColumnSlices['slices'][number][] = [];
  const warnings: string[] = [];
  for (const [index, slice] of names.entries()) {
    const rows = [...groups.keys()].filter((row) => groups[row] === index);
    if (rows.length < minRows) {
      warnings.push(
        `"${slice}" has ${rows.length} rows, fewer than ${minRows}: its figures say little`,
      );
    }
    const { seed } = audited.input;
    const random = new CounterRandom({ seed, stream: `audit-slices-${column}`, step: index });
    measured.push({ slice, rows: rows.length, ...(await measureSlice(rows, audited, random)) });
  }
  return { column, minRows, slices: measured, warnings };
}

type SliceFigures = Pick<ColumnSlices['slices'][number], SliceMetric>;

async function measureSlice(
  rows: readonly number[],
  { input, loaded, table, context }: Audited,
  random: CounterRandom,
): Promise<SliceFigures> {
  if (rows.length === 0) {
    const none = { value: null, reason: 'the slice has no rows' } as const;
    return { accuracy: none, f1: none, logLoss: none, expectedCalibrationError: none };
  }
  const { accuracy, metrics } = await measureMetrics(
    {
      labels: rows.map((row) => loaded.part.y[row] ?? NaN),
      table: selectRows(table, rows),
      calibrationBins: input.calibrationBins,
    },
    {
      ...input.bootstrap,
      classes: loaded.classifier.classes,
      random,
      pause: () => breathe(context),
    },
  );
  const { f1, logLoss, expectedCalibrationError } = metrics;
  return { accuracy, f1, logLoss, expectedCalibrationError };
}

function selectRows({ values, classes }: ProbabilityTable, rows: readonly number[]) {
  const some = new Float64Array(rows.length * classes);
  rows.forEach((row, at) => {
    for (let index = 0; index < classes; index += 1) {
      some[at * classes + index] = values[row * classes + index] ?? NaN;
    }
  });
  return { values: some, rows: rows.length, classes };
}
