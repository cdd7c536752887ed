/** What the worker tells a compute child, and what the child answers. */
import type { Json } from '../json.ts';
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

/** The answer is the fingerprint. */
export interface BackendQuestion {
  readonly type: 'backend';
}

export interface HeavyResult {
  readonly outputs: Json;
  /** The fingerprint of the backend that the step computed with; `null` if it needs none. */
  readonly backend: string | null;
}
