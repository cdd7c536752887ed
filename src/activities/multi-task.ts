/** The step `multi-task`: one network that learns several tasks, and a model for each of them. */
import path from 'node:path';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { loadBackend } from '../ml/backend.ts';
import { compareTrainings } from './gain-over-scratch.ts';
import type { MultiTaskStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { openTasks, type TasksInput } from './tasks/open-tasks.ts';
import { trainAlone } from './tasks/train-alone.ts';
import { type TasksJob, trainTasks } from './tasks/train-tasks.ts';

type Outputs = MultiTaskStep['outputs'];

export const multiTaskStep: Step<TasksInput, Outputs> = {
  kind: 'multi-task',

  async run(input, context) {
    const backend = await loadBackend();
    if (backend.warning) context.log('warn', backend.warning);
    const jobOf = async (seed: number, folder: string | null): Promise<TasksJob> => {
      const seeded = { ...input, seed };
      // Checkpoints of their own: several trainings stand in one step.
      const scratch = folder === null ? context.scratch : path.join(context.scratch, folder);
      const own = { ...context, scratch };
      return { input: seeded, opened: await openTasks(seeded, own), context: own, backend };
    };
    const outputs = await trainTasks(await jobOf(input.seed, null));
    if (!input.compareWithSingle) return outputs;
    return { ...outputs, gains: await gainsOf({ input, outputs, jobOf }, context) };
  },
};

interface Comparison {
  readonly input: TasksInput;
  /** Of the step's own seed. */
  readonly outputs: Outputs;
  /** @param folder  of its checkpoints, below the step's. */
  readonly jobOf: (seed: number, folder: string) => Promise<TasksJob>;
}

async function gainsOf(
  { input, outputs, jobOf }: Comparison,
  context: StepContext,
): Promise<NonNullable<Outputs['gains']>> {
  const { seed, tasks, compareWithSingle } = input;
  const seeds = Array.from({ length: compareWithSingle?.seeds ?? 0 }, (_, index) => seed + index);
  const together = new Map<number, Outputs['models']>([[seed, outputs.models]]);
  for (const own of seeds.slice(1)) {
    together.set(own, (await trainTasks(await jobOf(own, `together-${own}`))).models);
  }
  const gains: NonNullable<Outputs['gains']> = {};
  for (const name of Object.keys(tasks).sort()) {
    const { dataset } = tasks[name] as TasksInput['tasks'][string];
    const train = async (way: 'one' | 'other', own: number): Promise<ArtifactRef> =>
      way === 'one'
        ? (together.get(own)?.[name] as ArtifactRef)
        : trainAlone(await jobOf(own, `${name}-alone-${own}`), name);
    const what = `gain of ${name} over training it alone`;
    const { one, other, difference } = await compareTrainings(
      { dataset, seeds, train, what },
      context,
    );
    gains[name] = { together: one, alone: other, difference };
  }
  return gains;
}
