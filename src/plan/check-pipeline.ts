/** Rules of a pipeline's keys beside its steps, and of a step's keys beside `with`. */
import type { Fault, Spec, StepSpec } from '../spec/spec.ts';
import { allSteps, SECTIONS } from './all-steps.ts';
import { pathFault } from './project-path.ts';
import { isWorkflowKind } from './workflow-kinds.ts';

/** @returns `SPEC_INVALID`, `SPEC_DUPLICATE_KEY`; paths from the root of the file. */
export const checkPipeline = (spec: Spec): readonly Fault[] => [
  ...checkIds(spec),
  ...checkSecrets(spec),
  ...allSteps(spec).flatMap(checkKeys),
];

/** One name, one step: `steps.<id>` and a run's records must not be able to mean two. */
function checkIds(spec: Spec): readonly Fault[] {
  return SECTIONS.flatMap((section, index) =>
    [...spec[section].keys()].flatMap((id): readonly Fault[] => {
      const first = SECTIONS.slice(0, index).find((earlier) => spec[earlier].has(id));
      if (!first) return [];
      const message = `\`${first}\` has a step "${id}" too`;
      const path = [section, id];
      const remedy = 'give it another id';
      return [{ code: 'SPEC_DUPLICATE_KEY', path, at: 'key', message, remedy }];
    }),
  );
}

function checkSecrets({ secrets }: Spec): readonly Fault[] {
  return [...secrets].flatMap(([name, { file }]): readonly Fault[] => {
    const wrong = file === undefined ? null : pathFault(file);
    if (wrong === null) return [];
    const message = `the file of secret "${name}" is refused: ${wrong}`;
    const remedy = 'name a file by its path relative to the project';
    return [
      { code: 'SPEC_INVALID', path: ['secrets', name, 'file'], at: 'value', message, remedy },
    ];
  });
}

/** No worker performs these, so what is for workers says nothing. */
function checkKeys(step: StepSpec): readonly Fault[] {
  if (!isWorkflowKind(step.uses)) return [];
  return (['runsOn', 'cache', 'heartbeat'] as const).flatMap((key): readonly Fault[] => {
    if (step[key] === undefined) return [];
    const message = `\`${key}\` says nothing for ${step.uses}, which no worker performs`;
    const path = [...step.at, key];
    return [{ code: 'SPEC_INVALID', path, at: 'key', message, remedy: 'remove it' }];
  });
}
