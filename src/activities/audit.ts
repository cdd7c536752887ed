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
import type { AuditReport, BaselineFigure, GroupFigures } from '../ml/model.ts';
import { CounterRandom } from '../ml/random.ts';
import { measureBaselines } from './audit-baselines.ts';
import { measureGroups } from './audit-groups.ts';
import { auditTexts } from './audit-texts.ts';
import {
  predictRows,
  requireRows,
  withModelOnData,
  type LoadedModelOnData,
} from './model-on-data.ts';
import type { AuditStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { isWriter } from './writer-on-data.ts';

type Input = AuditStep['with'];

/** Reported where no bound names a strength: a tenth of a picture's range or of a column's σ. */
const USUAL_NOISE = 0.1;

/**
 * Measures a model and holds it against bounds. The report is stored whatever it says.
 *
 * Errors: `AUDIT_FAILED` (final; `details.report` is the report's uri) if a check fails and
 * `onFail` is stop; `SPEC_INVALID` for bounds on groups without `groups`; `SHAPE_MISMATCH`, `DATA_INVALID` and `MODEL_INVALID` as `predict`.
 */
export const auditStep: Step<Input, AuditStep['outputs']> = {
  kind: 'audit',

  async run(input, context) {
    const report = (await isWriter(input.model, context.store))
      ? await auditTexts(input, context)
      : await auditClasses(input, context);
    const stored = await context.store.putJson(report, MEDIA_TYPE.audit);
    for (const { status, message } of report.checks) {
      if (status !== 'pass') context.log('warn', `audit: ${message}`, { status });
    }
    warnOfFigures(report, context);
    if (report.status === 'fail' && input.onFail === 'stop') throw failure(report, stored);
    return {
      report: stored,
      status: report.status,
      accuracy: report.accuracy,
      ...(report.texts && { bleu: report.texts.bleu.value }),
      expectedCalibrationError: report.expectedCalibrationError,
      beatsBaseline: report.baselines.every(({ beaten }) => beaten),
      baselines: report.baselines.map(baselineOutput),
      groupGaps: report.groups.map(gapsOutput),
      checks: report.checks.map((check) => ({ ...check })),
    };
  },
};

type FullReport = AuditReport & Required<Pick<AuditReport, 'baselines' | 'groups'>>;

async function auditClasses(input: Input, context: StepContext): Promise<FullReport> {
  const stray = input.decoding ? 'decoding' : input.checks.bleu ? 'bleu' : null;
  if (stray !== null) {
    const message = `audit: ${stray} is for models that write a text, and this one gives classes`;
    throw new PipelineError('SPEC_INVALID', message, { remedy: `remove ${stray}` });
  }
  return withModelOnData(input, context, (loaded) => writeReport(input, loaded, context));
}

async function writeReport(
  input: Input,
  loaded: LoadedModelOnData,
  context: StepContext,
): Promise<FullReport> {
  const { classifier, part } = loaded;
  requireRows(part, input.part);
  requireGroups(input);
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
  const baselines = await measureBaselines(input, loaded, table, context);
  const groups = await measureGroups(input, loaded, table, context);
  const measured = { ...figures, noise: [noise], baselines, groups };
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

const GROUP_CHECKS = ['demographicParity', 'equalisedOdds', 'disparateImpact'] as const;

function requireGroups({ groups, checks }: Input): void {
  const stray = GROUP_CHECKS.find((name) => checks[name] !== undefined);
  if (groups || stray === undefined) return;
  throw new PipelineError(
    'SPEC_INVALID',
    `audit: ${stray} is a bound on groups, and there are none`,
    {
      remedy: 'say by which columns in `groups`, or take the bound away',
    },
  );
}

/** What no bound may speak of, but nobody should miss. */
function warnOfFigures({ baselines, groups }: FullReport, context: StepContext): void {
  for (const { name, beaten, difference, pValue } of baselines) {
    if (beaten) continue;
    const found = `a difference in accuracy of ${difference.toFixed(4)}, p = ${pValue.toPrecision(2)}`;
    context.log('warn', `audit: the model does not beat the baseline "${name}": ${found}`);
  }
  for (const { column, warnings } of groups) {
    for (const warning of warnings) context.log('warn', `audit: by "${column}" ${warning}`);
  }
}

function baselineOutput({
  modelOnly: _one,
  baselineOnly: _other,
  ...figure
}: BaselineFigure): AuditStep['outputs']['baselines'][number] {
  return figure;
}

function gapsOutput({
  column,
  gaps,
  warnings,
}: GroupFigures): AuditStep['outputs']['groupGaps'][number] {
  return {
    column,
    demographicParity: gaps.demographicParity?.value ?? null,
    equalisedOdds: gaps.equalisedOdds?.value ?? null,
    disparateImpact: gaps.disparateImpact?.value ?? null,
    smallCells: warnings.length,
  };
}

function failure(report: AuditReport, stored: ArtifactRef): PipelineError {
  const failed = report.checks.filter(({ status }) => status === 'fail');
  return new PipelineError(
    'AUDIT_FAILED',
    `the audit on the ${report.part} part failed: ${failed.map(({ message }) => message).join('; ')}`,
    {
      remedy: 'improve the model, change the bound, or set `onFail: continue`',
      details: { report: stored.uri, evidence: stored, failed: failed.map(({ name }) => name) },
    },
  );
}
