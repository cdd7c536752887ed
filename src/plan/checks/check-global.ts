/** Rules of `explain`'s `global`: what goes by distances, or is of one column. */
import { nearestOf } from '../../did-you-mean.ts';
import { matchesGlob } from '../../glob.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { literal, producer, type CheckedStep, type StepCheck } from './checked-step.ts';
import { inputsOfDataset } from './dataset-inputs.ts';

const OF_DISTANCES = ['prototypes', 'surrogateTree'] as const;

export const checkGlobal: StepCheck = (step, stepOf) => {
  const wanted = step.value['global'];
  const dataset = producer(step, 'dataset', stepOf);
  if (wanted === undefined || !isJsonObject(wanted) || !dataset) return [];
  return [...faultsOfText(Object.keys(wanted), dataset), ...faultsOfFeatures(step, dataset)];
};

function faultsOfText(wanted: readonly string[], dataset: CheckedStep): Fault[] {
  const text = inputsOfDataset(dataset)?.find(({ vocabulary }) => vocabulary !== undefined);
  if (!text) return [];
  return OF_DISTANCES.filter((name) => wanted.includes(name)).map((name) => ({
    code: 'SPEC_INVALID',
    path: ['global', name],
    at: 'key',
    message: `the input "${text.name}" is text, and ${name} goes by how far rows are from each other`,
    remedy: 'leave it out for texts',
  }));
}

/** Only where all features are declared: otherwise the file decides which there are. */
function faultsOfFeatures(step: CheckedStep, dataset: CheckedStep): Fault[] {
  const names = literal(step, 'global', 'partialDependence', 'features');
  const groups = literal(dataset, 'features');
  if (!Array.isArray(names) || !Array.isArray(groups)) return [];
  const patterns = (groups as readonly Json[]).flatMap(patternsOf);
  return (names as readonly Json[]).flatMap((name, index): Fault[] => {
    if (typeof name !== 'string' || patterns.some((one) => matchesGlob(one, name))) return [];
    const guess = nearestOf(name, patterns);
    return [
      {
        code: 'SPEC_INVALID',
        path: ['global', 'partialDependence', 'features', index],
        at: 'value',
        message: `${JSON.stringify(name)} is no number or category among the data set's features`,
        remedy:
          guess === undefined ? `they are ${patterns.join(', ')}` : `did you mean "${guess}"?`,
      },
    ];
  });
}

function patternsOf(group: Json): string[] {
  if (!isJsonObject(group) || (group['type'] !== 'number' && group['type'] !== 'category'))
    return [];
  const { columns = null } = group;
  const given: readonly Json[] = Array.isArray(columns) ? columns : [columns];
  return given.filter((name) => typeof name === 'string');
}
