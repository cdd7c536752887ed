import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { bootstrapMeanInterval } from '../ml/audit/bootstrap.ts';
import { calibrationOf } from '../ml/audit/calibration.ts';
import { judge, worstStatus } from '../ml/audit/checks.ts';
import {
  accuracyOf,
  classFigures,
  confusionOf,
  predictedClasses,
  type ProbabilityTable,
} from '../ml/audit/metrics.ts';
import { tokenValuesOf } from '../data/token-values.ts';
import { noiseRobustness } from '../ml/audit/noise.ts';
import type { AuditReport } from '../ml/model.ts';
import { CounterRandom } from '../ml/random.ts';
import {
  predictRows,
  requireRows,
  withModelOnData,
  type LoadedModelOnData,
} from './model-on-data.ts';
import type { AuditStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = AuditStep['with'];

/** Reported where no bound names a strength: a tenth of a picture's range or of a column's σ. */
const USUAL_NOISE = 0.1;

/**
 * Measures a model and holds it against bounds. The report is stored whatever it says.
 *
 * Errors: `AUDIT_FAILED` (final; `details.report` is the report's uri) if a check fails and
 * `onFail` is stop; `SHAPE_MISMATCH`, `DATA_INVALID` and `MODEL_INVALID` as `predict`.
 */
export const auditStep: Step<Input, AuditStep['outputs']> = {
  kind: 'audit',

  async run(input, context) {
    const report = await withModelOnData(input, context, (loaded) =>
      writeReport(input, loaded, context),
    );
    const stored = await context.store.putJson(report, MEDIA_TYPE.audit);
    for (const { status, message } of report.checks) {
      if (status !== 'pass') context.log('warn', `audit: ${message}`, { status });
    }
    if (report.status === 'fail' && input.onFail === 'stop') throw failure(report, stored);
    return {
      report: stored,
      status: report.status,
      accuracy: report.accuracy,
      expectedCalibrationError: report.expectedCalibrationError,
      checks: report.checks.map((check) => ({ ...check })),
    };
  },
};

async function writeReport(
  input: Input,
  loaded: LoadedModelOnData,
  context: StepContext,
): Promise<AuditReport> {
  const { classifier, part } = loaded;
  requireRows(part, input.part);
  const table = await predictRows(classifier, part, context);
  const figures = performance(input, part.y, classifier.classes, table);
  const noise = await noiseRobustness({
    predict: (x, rows) =>
      predictRows(classifier, { x, rows }, context).then(({ values }) => values),
    x: part.x,
    tokens: tokenValuesOf(part.manifest),
    labels: part.y,
    classes: table.classes,
    standardDeviation: input.checks.noise?.standardDeviation ?? USUAL_NOISE,
    accuracy: figures.accuracy.value,
    seed: input.seed,
  });
  const measured = { ...figures, noise: [noise] };
  const checks = judge(measured, input.checks);
  return {
    part: input.part,
    rows: part.rows,
    status: worstStatus(checks),
    ...measured,
    checks,
    seed: input.seed,
  };
}

type Performance = Pick<
  AuditReport,
  | 'accuracy'
  | 'confidence'
  | 'bootstrapSamples'
  | 'perClass'
  | 'confusion'
  | 'expectedCalibrationError'
  | 'calibrationBins'
>;

function performance(
  { bootstrap, calibrationBins, seed }: Input,
  labels: Int32Array,
  classes: readonly string[],
  table: ProbabilityTable,
): Performance {
  const predicted = predictedClasses(table);
  const right = labels.map((label, row) => (label === predicted[row] ? 1 : 0));
  const random = new CounterRandom({ seed, stream: 'audit-bootstrap' });
  const interval = bootstrapMeanInterval(right, { ...bootstrap, random });
  const confusion = confusionOf(labels, predicted, classes.length);
  const figures = classFigures(confusion);
  const { expectedCalibrationError, bins } = calibrationOf(labels, table, calibrationBins);
  return {
    accuracy: { value: accuracyOf(labels, predicted), ...interval },
    confidence: bootstrap.confidence,
    bootstrapSamples: bootstrap.samples,
    perClass: classes.map((name, index) => ({
      class: name,
      ...(figures[index] ?? { rows: 0, precision: null, recall: null, f1: null }),
    })),
    confusion,
    expectedCalibrationError,
    calibrationBins: bins,
  };
}

function failure(report: AuditReport, stored: ArtifactRef): PipelineError {
  const failed = report.checks.filter(({ status }) => status === 'fail');
  return new PipelineError(
    'AUDIT_FAILED',
    `the audit on the ${report.part} part failed: ${failed.map(({ message }) => message).join('; ')}`,
    {
      remedy: 'improve the model, change the bound, or set `onFail: continue`',
      details: { report: stored.uri, failed: failed.map(({ name }) => name) },
    },
  );
}
