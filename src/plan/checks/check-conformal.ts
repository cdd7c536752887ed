/** Rules of conformal sets: their model, the sample beside them, and what is held against them. */
import type { Fault } from '../../spec/spec.ts';
import { mapOf } from '../../spec/take-values.ts';
import { type CheckedStep, producer, type StepCheck } from './checked-step.ts';

export const checkFlag: StepCheck = (step, stepOf) => {
  const conformal = producer(step, 'flag/conformal', stepOf);
  const makers = [step, conformal].map((one) => one && producer(one, 'model', stepOf));
  const areMade = makers.every((maker) => maker && MAKERS.includes(maker.kind));
  return [...checkSample(step), ...(areMade ? checkModel(step, conformal) : [])];
};

function checkSample({ given }: CheckedStep): readonly Fault[] {
  const sample = mapOf(given['flag'])['sample'];
  if (sample === undefined) return [];
  const { rows, rate } = mapOf(sample);
  if ((rows === undefined) !== (rate === undefined)) return [];
  const path = ['flag', 'sample'];
  if (rows === undefined) {
    const message = '`rows` or `rate` is missing: one of them says how many are drawn';
    return [{ code: 'SPEC_MISSING_KEY', path, at: 'key', message, remedy: 'add one of them' }];
  }
  const message = '`rows` and `rate` both say how many rows are drawn';
  const remedy = 'give one of them';
  return [{ code: 'SPEC_INVALID', path: [...path, 'rate'], at: 'key', message, remedy }];
}

/** Others, such as `values`, may give the model of another step on. */
const MAKERS: readonly string[] = ['train', 'transfer', 'fuse', 'import', 'search'];

function checkModel(step: CheckedStep, conformal: CheckedStep | undefined): readonly Fault[] {
  if (conformal?.kind !== 'conformal') return [];
  const [own, calibrated] = [step.holes.get('/model'), conformal.holes.get('/model')];
  if (!own || !calibrated || JSON.stringify(own) === JSON.stringify(calibrated)) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['flag', 'conformal'],
      at: 'value',
      message: `step "${conformal.id}" calibrates another model than is asked here`,
      remedy: 'give both the same `model`',
    },
  ];
}

/** What people said of rows is held against the sets that those rows had. */
export const checkCoverage: StepCheck = (step, stepOf) => {
  const predict = producer(step, 'predictions', stepOf);
  if (predict?.kind !== 'predict' || predict.holes.has('/flag')) return [];
  if (mapOf(predict.given['flag'])['conformal'] !== undefined) return [];
  return [
    {
      code: 'SPEC_INVALID',
      path: ['predictions'],
      at: 'value',
      message: `step "${predict.id}" makes no conformal sets that could cover anything`,
      remedy: `give step "${predict.id}" the key \`flag.conformal\``,
    },
  ];
};
