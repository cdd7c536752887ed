/** Rules that a schema cannot say: across a step's keys, and across steps. */
import type { Fault } from '../../spec/spec.ts';
import { checkArchitect } from './check-architect.ts';
import { checkBehaviour } from './check-behaviour.ts';
import { checkCoverage, checkFlag } from './check-conformal.ts';
import { checkDataset } from './check-dataset.ts';
import { checkDrift } from './check-drift.ts';
import { checkExplain } from './check-explain.ts';
import { checkGate } from './check-gate.ts';
import { checkGlobal } from './check-global.ts';
import { checkImport, checkMembers } from './check-import.ts';
import { checkMultiTask } from './check-multi-task.ts';
import { checkParts } from './check-parts.ts';
import { checkFuse, checkPredict } from './check-companions.ts';
import { checkPromote } from './check-retraining.ts';
import { checkReview } from './check-review.ts';
import { checkSearch } from './check-search.ts';
import { checkTextTarget } from './check-text-target.ts';
import { checkTrain } from './check-train.ts';
import { checkTransfer } from './check-transfer.ts';
import { checkVisualize } from './check-visualize.ts';
import { checkDelay, checkEvent } from './check-waiting.ts';
import type { CheckedStep, StepCheck } from './checked-step.ts';

const CHECKS: Readonly<Record<string, readonly StepCheck[]>> = {
  dataset: [checkDataset],
  architect: [checkArchitect],
  search: [checkParts, checkSearch, checkTextTarget],
  import: [checkImport],
  train: [checkParts, checkTrain, checkTextTarget],
  transfer: [checkParts, checkTrain, checkTransfer, checkTextTarget],
  'multi-task': [checkTrain, checkMultiTask],
  fuse: [checkParts, checkFuse, checkMembers, checkTextTarget],
  calibrate: [checkParts, checkTextTarget],
  conformal: [checkParts, checkTextTarget],
  predict: [checkPredict, checkFlag, checkParts, checkTextTarget],
  explain: [checkParts, checkExplain, checkGlobal, checkTextTarget],
  audit: [checkParts, checkTextTarget, checkBehaviour],
  drift: [checkDrift],
  compare: [checkParts, checkTextTarget],
  visualize: [checkVisualize, checkTextTarget],
  'human-review': [checkReview, checkTextTarget],
  coverage: [checkCoverage],
  gate: [checkGate],
  promote: [checkPromote],
  delay: [checkDelay],
  'wait-for-event': [checkEvent],
};

/** @returns faults with paths from the root of the file, of steps that met their schemas. */
export function checkSteps(steps: ReadonlyMap<string, CheckedStep>): readonly Fault[] {
  const stepOf = (id: string): CheckedStep | undefined => steps.get(id);
  return [...steps.values()]
    .filter(({ isSound }) => isSound)
    .flatMap((step) =>
      (CHECKS[step.kind] ?? []).flatMap((check) =>
        check(step, stepOf).map((fault) => ({
          ...fault,
          path: [...step.at, 'with', ...fault.path],
        })),
      ),
    );
}
