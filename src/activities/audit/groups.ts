/** The groups of an audit: which rows belong to each, and what they are given. */
import { loadShown } from '../../data/load-shown.ts';
import { listed } from '../../data/table.ts';
import { PipelineError } from '../../errors.ts';
import { gapComparisons } from '../../ml/audit/group-checks.ts';
import { groupFairness } from '../../ml/audit/group-fairness.ts';
import { predictedClasses } from '../../ml/audit/metrics.ts';
import type { GroupFigures } from '../../ml/model.ts';
import { CounterRandom } from '../../ml/random.ts';
import type { AuditStep } from '../step-types.ts';
import { cellsOf, divide } from './partition.ts';
import type { Audited, AuditSection } from './section.ts';

const GROUP_CHECKS = ['demographicParity', 'equalisedOdds', 'disparateImpact'] as const;

/** Groups of rows, each alone and against one another. */
export const groups: AuditSection = {
  require({ groups: settings, checks }) {
    const stray = GROUP_CHECKS.find((name) => checks[name] !== undefined);
    if (settings || stray === undefined) return;
    throw new PipelineError(
      'SPEC_INVALID',
      `audit: ${stray} is a bound on groups, and there are none`,
      { remedy: 'say by which columns in `groups`, or take the bound away' },
    );
  },
  measure: async (audited) => ({ groups: await measureGroups(audited) }),
  compare: gapComparisons,
  warnings: ({ groups = [] }) =>
    groups.flatMap(({ column, warnings }) => warnings.map((one) => `by "${column}" ${one}`)),
  outputs: ({ groups = [] }) => ({ groupGaps: groups.map(gapsOutput) }),
};

function gapsOutput({
  column,
  gaps,
  warnings,
}: GroupFigures): AuditStep['outputs']['groupGaps'][number] {
  return {
    column,
    demographicParity: gaps.demographicParity?.value ?? null,
    equalisedOdds: gaps.equalisedOdds?.value ?? null,
    disparateImpact: gaps.disparateImpact?.value ?? null,
    smallCells: warnings.length,
  };
}

/**
 * @throws PipelineError `DATA_INVALID` for a class or column that the data set lacks, over 50
 * groups, or edges that are not numbers in ascending order or for cells that are no numbers.
 */
async function measureGroups({
  input,
  loaded: { part },
  table,
  context,
}: Audited): Promise<GroupFigures[]> {
  if (!input.groups) return [];
  const { favourable, by, minRows } = input.groups;
  const index = part.manifest.classes.indexOf(favourable);
  if (index < 0) {
    throw new PipelineError(
      'DATA_INVALID',
      `audit: no class is called ${JSON.stringify(favourable)}`,
      {
        remedy: `there are ${listed(part.manifest.classes)}`,
      },
    );
  }
  const isFavourable = (labels: Int32Array) => labels.map((label) => Number(label === index));
  const [deserved, given] = [isFavourable(part.y), isFavourable(predictedClasses(table))];
  const { columns: shown } = await loadShown(context.store, input.dataset, input.part);
  return by.map((partition) => {
    const { column } = partition;
    const cells = cellsOf(column, { part, shown });
    const random = new CounterRandom({ seed: input.seed, stream: `audit-groups-${column}` });
    const options = { ...input.bootstrap, minRows, random };
    const rows = { ...divide(cells, partition), deserved, given };
    return { column, favourable, ...groupFairness(rows, options) };
  });
}
