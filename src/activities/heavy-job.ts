/** What the worker tells a compute child, and what the child answers. */
import type { ProjectConfig } from '../config/config.ts';
import type { OwnStep } from '../config/own-step.ts';
import type { Json } from '../json.ts';
import type { StepInput } from './step.ts';

export interface HeavyJob {
  readonly type: 'step';
  /** With `with` decoded; secrets are still markers. */
  readonly input: StepInput;
  readonly attempt: number;
  readonly storeFolder: string;
  /** Where the registry of models lies. */
  readonly stateFolder: string;
  readonly dataRoot: string;
  readonly scratch: string;
  readonly config: ProjectConfig;
  /** Absolute folder that secret files are relative to. */
  readonly project: string;
  /** Of a kind of the team's own. */
  readonly ownStep?: OwnStep | undefined;
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
