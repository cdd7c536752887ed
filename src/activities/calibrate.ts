/** The step `calibrate`: makes a model's confidence what its accuracy is. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { calibrationOf } from '../ml/audit/calibration.ts';
import type { ProbabilityTable } from '../ml/audit/metrics.ts';
import { logLossOfRow } from '../ml/audit/probability-losses.ts';
import { fitTemperature, TEMPERATURES } from '../ml/fusion/fit-temperature.ts';
import { applyTemperature } from '../ml/fusion/temperature-classifier.ts';
import type { FusionManifest, ModelManifest } from '../ml/model.ts';
import { predictRows, requireRows, withModelOnData } from './model-on-data.ts';
import type { CalibrateStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = CalibrateStep['with'];
type Outputs = CalibrateStep['outputs'];

/**
 * Fits one temperature on a part that the model was not trained on, and stores the model with it.
 * What it says is the likeliest class stays the same for every row.
 *
 * Errors: `SHAPE_MISMATCH`, `DATA_INVALID` and `MODEL_INVALID` as `predict`; `SPEC_UNSUPPORTED` for a
 * model that writes a text.
 */
export const calibrateStep: Step<Input, Outputs> = {
  kind: 'calibrate',

  run: (input, context) =>
    withModelOnData(input, context, async ({ classifier, manifest, part }) => {
      requireRows(part, input.part);
      const before = await predictRows(classifier, part, context);
      const temperature = fitTemperature(part.y, before);
      const after = { ...before, values: applyTemperature(before, temperature) };
      warnOf(input, { temperature, manifest }, context);
      const calibrated: FusionManifest = {
        version: 1,
        type: 'fusion',
        input: manifest.input,
        members: [input.model],
        method: 'temperature',
        temperature,
      };
      const [old, now] = [before, after].map((table) => figuresOf(part.y, table, input)) as [
        Figures,
        Figures,
      ];
      context.log('info', `temperature ${temperature.toPrecision(4)}`, { temperature });
      return {
        model: await context.store.putJson(calibrated, MEDIA_TYPE.model),
        temperature,
        rows: part.rows,
        logLoss: { before: old.logLoss, after: now.logLoss },
        expectedCalibrationError: {
          before: old.expectedCalibrationError,
          after: now.expectedCalibrationError,
        },
      };
    }),
};

interface Figures {
  readonly logLoss: number;
  readonly expectedCalibrationError: number;
}

function figuresOf(
  labels: Int32Array,
  table: ProbabilityTable,
  { calibrationBins }: Input,
): Figures {
  const losses = labels.reduce((sum, label, row) => sum + logLossOfRow(label, table, row), 0);
  const { expectedCalibrationError } = calibrationOf(labels, table, calibrationBins);
  return { logLoss: losses / labels.length, expectedCalibrationError };
}

interface Fitted {
  readonly temperature: number;
  readonly manifest: ModelManifest;
}

function warnOf({ part }: Input, { temperature, manifest }: Fitted, context: StepContext): void {
  if (part === 'train') {
    context.log('warn', 'on rows that the model was trained on it is surer than it should be');
  }
  if (temperature === TEMPERATURES.least || temperature === TEMPERATURES.most) {
    context.log(
      'warn',
      `the temperature ${temperature} is as far as is tried: the ${part} part does not bound it`,
    );
  }
  if (manifest.type === 'fusion' && manifest.method === 'vote') {
    context.log(
      'warn',
      'a vote has no gradient: explanations by gradients explain the mean probability of its members',
    );
  }
}
