/** What the package gives to those who write steps of their own. */
export type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
export {
  defineStep,
  FinalStepError,
  type OwnStepModule,
} from '../activities/own-steps/define-step.ts';
export type { LogLevel, RunIdentity, StepContext } from '../activities/step.ts';
export { type ErrorCode, PipelineError } from '../errors.ts';
export type { Json, JsonObject } from '../json.ts';
