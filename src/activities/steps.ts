/**
 * The table of step kinds. Loading is lazy: the worker never loads TensorFlow, and a child only
 * what its job needs.
 */
import type { OwnStep } from '../config/own-step.ts';
import { PipelineError } from '../errors.ts';
import type { Step } from './step.ts';

export interface StepEntry {
  /** Runs in a child process of the compute pool; otherwise in the worker itself. */
  readonly heavy: boolean;
  /** `with` is decoded against the kind's schema before `run` sees it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- types meet at the schema
  readonly load: () => Promise<Step<any, any>>;
}

const STEPS: ReadonlyMap<string, StepEntry> = new Map<string, StepEntry>([
  ['dataset', heavy(async () => (await import('./dataset.ts')).datasetStep)],
  ['architect', heavy(async () => (await import('./architect.ts')).architectStep)],
  // It hands out trainings to compute processes, and would wait in one of them for another.
  ['search', light(async () => (await import('./search.ts')).searchStep)],
  ['import', heavy(async () => (await import('./import.ts')).importStep)],
  ['train', heavy(async () => (await import('./train.ts')).trainStep)],
  ['transfer', heavy(async () => (await import('./transfer.ts')).transferStep)],
  ['multi-task', heavy(async () => (await import('./multi-task.ts')).multiTaskStep)],
  ['fuse', heavy(async () => (await import('./fuse.ts')).fuseStep)],
  ['predict', heavy(async () => (await import('./predict.ts')).predictStep)],
  ['explain', heavy(async () => (await import('./explain.ts')).explainStep)],
  ['visualize', heavy(async () => (await import('./visualize.ts')).visualizeStep)],
  ['audit', heavy(async () => (await import('./audit.ts')).auditStep)],
  ['drift', heavy(async () => (await import('./drift.ts')).driftStep)],
  ['compare', heavy(async () => (await import('./compare.ts')).compareStep)],
  ['human-review', light(async () => (await import('./human-review.ts')).humanReviewStep)],
  // In a compute process: when that goes, for whatever reason, the command goes with it.
  ['command', heavy(async () => (await import('./command/command.ts')).commandStep)],
  ['http', light(async () => (await import('./http/http.ts')).httpStep)],
  [
    'registered-model',
    light(async () => (await import('./registered-model.ts')).registeredModelStep),
  ],
  ['gate', light(async () => (await import('./gate/gate.ts')).gateStep)],
  ['promote', light(async () => (await import('./promote.ts')).promoteStep)],
]);

export const STEP_KINDS: readonly string[] = [...STEPS.keys()];

/** @throws PipelineError `STEP_KIND_UNKNOWN` */
export function stepEntry(kind: string): StepEntry {
  const entry = STEPS.get(kind);
  if (entry !== undefined) return entry;
  throw new PipelineError('STEP_KIND_UNKNOWN', `this worker knows no step kind "${kind}"`, {
    remedy: `it knows ${STEP_KINDS.join(', ')}; is the worker older than the pipeline's compiler?`,
  });
}

/**
 * @param ownSteps  of the project, by kind.
 * @throws PipelineError `STEP_KIND_UNKNOWN`
 */
export function entryOf(kind: string, ownSteps: ReadonlyMap<string, OwnStep>): StepEntry {
  const own = ownSteps.get(kind);
  if (own === undefined) return stepEntry(kind);
  const load = async () => (await import('./own-steps/load-own-step.ts')).loadOwnStep(own);
  return { heavy: own.heavy, load };
}

function heavy(load: StepEntry['load']): StepEntry {
  return { heavy: true, load };
}

function light(load: StepEntry['load']): StepEntry {
  return { heavy: false, load };
}
