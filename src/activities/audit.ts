import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { AuditReport } from '../ml/audit/audit-report.ts';
import { judge, worstStatus } from '../ml/audit/checks.ts';
import { SECTIONS } from './audit/sections.ts';
import type { AuditInput, Audited, Figures } from './audit/section.ts';
import { measureTexts, requireOfClasses } from './audit/texts.ts';
import { predictRows, requireRows, withModelOnData } from './model-on-data.ts';
import type { AuditStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { isWriter } from './writer-on-data.ts';

/**
 * Measures a model and holds it against bounds. The report is stored whatever it says.
 *
 * Errors: `AUDIT_FAILED` (final; `details.report` is the report's uri) if a check fails and
 * `onFail` is stop; `SPEC_INVALID` for bounds on what is not measured; `SHAPE_MISMATCH`, `DATA_INVALID` and `MODEL_INVALID` as `predict`.
 */
export const auditStep: Step<AuditInput, AuditStep['outputs']> = {
  kind: 'audit',

  async run(input, context) {
    const figures = (await isWriter(input.model, context.store))
      ? await measureTexts(input, context)
      : await measureClasses(input, context);
    const report = judgeFigures(figures, input);
    const stored = await context.store.putJson(report, MEDIA_TYPE.audit);
    for (const { status, message } of report.checks) {
      if (status !== 'pass') context.log('warn', `audit: ${message}`, { status });
    }
    for (const { warnings } of SECTIONS) {
      for (const warning of warnings?.(report) ?? []) context.log('warn', `audit: ${warning}`);
    }
    if (report.status === 'fail' && input.onFail === 'stop') throw failure(report, stored);
    const outputs = SECTIONS.map((section) => section.outputs?.(report) ?? {});
    return Object.assign(
      {
        report: stored,
        status: report.status,
        checks: report.checks.map((check) => ({ ...check })),
      },
      ...outputs,
    ) as AuditStep['outputs'];
  },
};

async function measureClasses(input: AuditInput, context: StepContext): Promise<Figures> {
  requireOfClasses(input);
  for (const { require } of SECTIONS) require?.(input);
  return withModelOnData(input, context, async (loaded) => {
    requireRows(loaded.part, input.part);
    const table = await predictRows(loaded.classifier, loaded.part, context);
    return measure({ input, loaded, table, context });
  });
}

/** Every section measures a model that gives classes, so that nothing of a report is missing. */
async function measure(audited: Audited): Promise<Figures> {
  const { input, loaded } = audited;
  let figures: Partial<AuditReport> = { part: input.part, rows: loaded.part.rows };
  for (const section of SECTIONS) {
    figures = { ...figures, ...(await section.measure?.(audited)) };
  }
  return { ...figures, seed: input.seed } as Figures;
}

function judgeFigures(figures: Figures, { checks: bounds }: AuditInput): AuditReport {
  const checks = judge(SECTIONS.flatMap(({ compare }) => compare?.(figures, bounds) ?? []));
  return { ...figures, checks, status: worstStatus(checks) };
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
