/** A step can only use parts of the data that the split gives a share. */
import type { JsonObject } from '../../json.ts';
import type { Fault } from '../../spec/spec.ts';
import { mapOf } from '../../spec/take-values.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';

export const checkParts: StepCheck = (step, stepOf) => {
  const dataset = producer(step, 'dataset', stepOf);
  // A column that names the parts gives them their rows, whatever the shares.
  if (!dataset || literal(dataset, 'split', 'column') !== undefined) return [];
  return [...checkPart(step, dataset), ...checkValidation(step, dataset)];
};

function checkPart(step: CheckedStep, dataset: CheckedStep): readonly Fault[] {
  const part = literal(step, 'part');
  if (typeof part !== 'string' || literal(dataset, 'split', part) !== 0) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['part'],
      at: 'value',
      message: `the part ${part} is empty: step "${dataset.id}" gives it no share`,
      remedy: `choose another \`part\`, or give \`split.${part}\` a share`,
    },
  ];
}

function checkValidation(step: CheckedStep, dataset: CheckedStep): readonly Fault[] {
  if (literal(dataset, 'split', 'validation') !== 0) return [];
  const reader = readerOfValidation(step);
  if (reader === null) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: [reader.key],
      at: 'key',
      message: `${reader.what} a validation part: step "${dataset.id}" gives it no share`,
      remedy: `give \`split.validation\` of step "${dataset.id}" a share, or ${reader.otherwise}`,
    },
  ];
}

function watchesValidation({ type, monitor = 'validationLoss' }: JsonObject): boolean {
  return type === 'plateau' && (monitor === 'validationLoss' || monitor === 'validationAccuracy');
}

function readerOfValidation({
  kind,
  given,
  value,
}: CheckedStep): { key: string; what: string; otherwise: string } | null {
  if (kind === 'search') {
    const otherwise = 'train one architecture without a search';
    return { key: 'space', what: 'choosing a candidate needs', otherwise };
  }
  const trains = kind === 'train' || kind === 'transfer';
  if (trains && given['earlyStopping'] !== undefined) {
    return { key: 'earlyStopping', what: '`earlyStopping` needs', otherwise: 'remove it' };
  }
  if (trains && given['keepBest'] !== undefined) {
    return { key: 'keepBest', what: '`keepBest` needs', otherwise: 'remove it' };
  }
  if (trains && watchesValidation(mapOf(given['schedule']))) {
    const otherwise = 'let it `monitor` the loss';
    return { key: 'schedule', what: 'the plateau is one of figures of', otherwise };
  }
  if (kind === 'fuse' && value['method'] === 'weighted-average' && given['weights'] === undefined) {
    return { key: 'method', what: 'fitting the weights needs', otherwise: 'give `weights`' };
  }
  return null;
}
