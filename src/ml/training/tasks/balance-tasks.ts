/** How much the loss of each task counts in an epoch. */
import type { EpochRecord } from '../../model.ts';

export interface TaskBalance {
  /** fixed: as given; dynamic: times what the losses of the last two epochs say. */
  readonly type: 'fixed' | 'dynamic';
  /** dynamic: how alike the tasks are treated whatever their losses do; above 0. */
  readonly temperature: number;
}

export interface WeighedTask {
  readonly name: string;
  /** As given, above 0. */
  readonly weight: number;
}

/**
 * Dynamic weight averaging: λₖ = K·exp(rₖ/T) / Σᵢ exp(rᵢ/T), where rₖ = Lₖ(t−1)/Lₖ(t−2) is how slowly
 * the task's mean loss falls. A task that has stopped to get better counts more. 1 in the first two
 * epochs. A function of the history alone, so that training goes on from a checkpoint with the same bits.
 *
 * @param history  of the epochs before this one.
 * @returns one for each task.
 * @see Liu, Johns and Davison 2019, arXiv:1803.10704, equation 7
 */
export function balanceTasks(
  tasks: readonly WeighedTask[],
  { type, temperature }: TaskBalance,
  history: readonly EpochRecord[],
): readonly number[] {
  const [before, last] = history.slice(-2);
  if (type === 'fixed' || !before || !last) return tasks.map(({ weight }) => weight);
  const lossOf = (record: EpochRecord, name: string) => record.tasks?.[name]?.loss ?? 0;
  const slowness = tasks.map(({ name }) => {
    const earlier = lossOf(before, name);
    // A task without any loss has nothing left to learn.
    return earlier > 0 ? lossOf(last, name) / earlier : 0;
  });
  const most = Math.max(...slowness);
  const raised = slowness.map((value) => Math.exp((value - most) / temperature));
  const sum = raised.reduce((total, value) => total + value, 0);
  return tasks.map(({ weight }, at) => (weight * tasks.length * (raised[at] as number)) / sum);
}
