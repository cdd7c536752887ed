/** What the worker tells a compute child. */
import type { StepInput } from './step.ts';

export interface HeavyJob {
  /** With `with` decoded. */
  readonly input: StepInput;
  readonly attempt: number;
  readonly storeFolder: string;
  /** Where the registry of models lies. */
  readonly stateFolder: string;
  readonly dataRoot: string;
  readonly scratch: string;
}
