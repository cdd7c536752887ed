/** The thresholds of a cascade, and what they save. */
import { PipelineError } from '../../errors.ts';
import { chooseThresholds } from '../../ml/fusion/choose-thresholds.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { countOperations } from './count-operations.ts';
import type { Member } from './measure-members.ts';

export type CascadeReport = NonNullable<FuseStep['outputs']['cascade']>;

/** @throws PipelineError `SPEC_INVALID` for thresholds that do not fit the members. */
export async function arrangeCascade(
  { thresholds: given, maxDrop = 0 }: FuseStep['with'],
  members: readonly Member[],
  context: StepContext,
): Promise<CascadeReport> {
  if (given && given.length !== members.length - 1) {
    const message = `fuse: ${given.length} thresholds do not fit ${members.length} members`;
    const remedy = 'give one for each member but the last';
    throw new PipelineError('SPEC_INVALID', message, { remedy });
  }
  const thresholds = given ?? chooseThresholds(members, maxDrop);
  const shares = sharesOf(members, thresholds);
  const costs: number[] = [];
  for (const { ref } of members) costs.push(await countOperations(context.store, ref));
  // A row passes through every member up to the one that answers it.
  let left = 1;
  let operations = 0;
  shares.forEach((share, index) => {
    operations += left * (costs[index] as number);
    left -= share;
  });
  const lastOperations = costs.at(-1) as number;
  const report = { thresholds, shares, operations, lastOperations };
  const saved = 1 - operations / lastOperations;
  context.log(
    'info',
    `the cascade saves ${(100 * saved).toFixed(1)} % of its last member's operations`,
    report,
  );
  return { ...report, thresholds: [...thresholds], saved };
}

function sharesOf(members: readonly Member[], thresholds: readonly number[]): number[] {
  const rows = members[0]?.confidences.length ?? 0;
  const counts = new Array<number>(members.length).fill(0);
  for (let row = 0; row < rows; row += 1) {
    const sure = thresholds.findIndex(
      (threshold, index) => (members[index]?.confidences[row] as number) >= threshold,
    );
    const answers = sure < 0 ? members.length - 1 : sure;
    counts[answers] = (counts[answers] as number) + 1;
  }
  return counts.map((count) => count / rows);
}
