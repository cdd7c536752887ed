/** Every step of a pipeline file, wherever it stands. */
import type { Section, Spec, StepSpec } from '../spec/spec.ts';

export const SECTIONS: readonly Section[] = ['steps', 'onFailure', 'finally'];

/** In the order of the file within each section; without compensations. */
export const sectionSteps = (spec: Spec): readonly StepSpec[] =>
  SECTIONS.flatMap((section) => [...spec[section].values()]);

/** With compensations, each after the step that it undoes. */
export const allSteps = (spec: Spec): readonly StepSpec[] =>
  sectionSteps(spec).flatMap((step) => (step.compensate ? [step, step.compensate] : [step]));
