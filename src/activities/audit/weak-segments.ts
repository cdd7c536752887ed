import { loadShown } from '../../data/load-shown.ts';
import { parseNumber } from '../../data/table.ts';
import { PipelineError } from '../../errors.ts';
import { quantile } from '../../ml/audit/bootstrap.ts';
import { predictedClasses } from '../../ml/audit/metrics.ts';
import { segmentComparison } from '../../ml/audit/slice-checks.ts';
import { findWeakSegments, type Condition } from '../../ml/audit/weak-segments.ts';
import { readableColumns, type Cell } from './partition.ts';
import type { Audited, AuditSection } from './section.ts';

const EDGES = [0.25, 0.5, 0.75];
/** Above that a search takes minutes, and little is left of any finding by its correction. */
const MOST_CONDITIONS = 1500;
const MOST_LOGGED = 5;

/** Segments of rows in which the model is wrong more often, searched for. */
export const weakSegments: AuditSection = {
  require({ weakSegments: settings, checks }) {
    if (settings || checks.weakSegments === undefined) return;
    const message = 'audit: checks.weakSegments bounds a search that is not asked for';
    throw new PipelineError('SPEC_INVALID', message, {
      remedy: 'ask for it in `weakSegments`, or take the bound away',
    });
  },
  async measure(audited) {
    const { weakSegments: settings } = audited.input;
    if (!settings) return {};
    const { y } = audited.loaded.part;
    const predicted = predictedClasses(audited.table);
    const wrong = y.map((label, row) => (label === predicted[row] ? 0 : 1));
    const maxDepth = settings.maxDepth === 1 ? 1 : 2;
    const conditions = await conditionsOf(audited, settings.minRows);
    return { weakSegments: findWeakSegments(conditions, wrong, { ...settings, maxDepth }) };
  },
  compare: (figures, bounds) => segmentComparison(figures, bounds),
  warnings: ({ weakSegments: found }) =>
    (found?.segments ?? []).slice(0, MOST_LOGGED).map(({ conditions, rows, ...rates }) => {
      const [here, rest] = [rates.errorRate, rates.restErrorRate].map((rate) =>
        (100 * rate).toFixed(1),
      );
      return `weak where ${conditions.join(' and ')}: ${here} % of ${rows} rows are wrong, elsewhere ${rest} %`;
    }),
  outputs: ({ weakSegments: found }) => (found ? { weakSegments: found.segments.length } : {}),
};

/** @throws PipelineError `DATA_INVALID` for too many. */
async function conditionsOf(
  { input, loaded, context }: Audited,
  minRows: number,
): Promise<Condition[]> {
  const { columns: shown } = await loadShown(context.store, input.dataset, input.part);
  const columns = readableColumns({ part: loaded.part, shown });
  const conditions = [...columns].flatMap(([column, cells]) => conditionsOn(column, cells));
  const large = conditions.filter(
    ({ holds }) => Array.from(holds).reduce((sum, one) => sum + one, 0) >= minRows,
  );
  if (large.length <= MOST_CONDITIONS) return large;
  throw new PipelineError(
    'DATA_INVALID',
    `audit: the columns make ${large.length} conditions for weak segments; at most ${MOST_CONDITIONS} can be tried`,
    { remedy: 'raise `weakSegments.minRows`' },
  );
}

function conditionsOn(column: string, cells: readonly Cell[]): Condition[] {
  const given = cells.filter((cell) => cell !== null);
  const numbers = given.map((cell) => (typeof cell === 'number' ? cell : parseNumber(cell)));
  const isNumeric = given.length > 0 && numbers.every((value) => value !== null);
  const nameOf = isNumeric ? binsOf(numbers) : (cell: Cell) => `is ${JSON.stringify(cell)}`;
  const names = cells.map((cell) => (cell === null ? 'is empty' : nameOf(cell)));
  return [...new Set(names)].sort().map((name) => ({
    column,
    text: `${column} ${name}`,
    holds: Uint8Array.from(names, (one) => (one === name ? 1 : 0)),
  }));
}

/** Between the quartiles, rounded as they are printed. */
function binsOf(numbers: readonly number[]): (cell: Cell) => string {
  const sorted = Float64Array.from(numbers).sort();
  const rounded = EDGES.map((share) => Number(quantile(sorted, share).toPrecision(6)));
  const edges = [...new Set(rounded)];
  return (cell) => {
    const value = typeof cell === 'number' ? cell : (parseNumber(cell ?? '') ?? NaN);
    const above = edges.filter((edge) => value >= edge).length;
    if (above === 0) return `under ${edges[0]}`;
    if (above === edges.length) return `from ${edges.at(-1)}`;
    return `from ${edges[above - 1]} to under ${edges[above]}`;
  };
}
