/** What the worker tells a compute child to run a step. */
import type { StepInput } from './step.ts';

export interface HeavyJob {
  readonly type: 'step';
  /** With `with` decoded. */
  readonly input: StepInput;
  readonly attempt: number;
  readonly storeFolder: string;
  /** Where the registry of models lies. */
  readonly stateFolder: string;
  readonly dataRoot: string;
  readonly scratch: string;
}
