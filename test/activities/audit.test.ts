import { auditStep } from '../../src/activities/audit.ts';
import { isRetryable } from '../../src/errors.ts';
import type { AuditReport } from '../../src/ml/model.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const inputShape = [2];
const COMMON = {
  part: 'test' as const,
  bootstrap: { samples: 200, confidence: 0.95 },
  calibrationBins: 15,
  checks: {},
  onFail: 'stop' as const,
  seed: 3,
};

async function problem(test = noisyRows(100, 2)) {
  const context = testContext();
  const dataset = await storeDataset(context.store, { inputShape, test });
  const model = await storeModel(context.store, { inputShape, weights: logisticWeights([4, 0]) });
  return { context, input: { ...COMMON, dataset, model }, test };
}

describe('audit', () => {
  it('reports every figure, the same each time, and leaves no tensor', async () => {
    const { context, input, test } = await problem();
    const outputs = await leavingNoTensors(() => auditStep.run(input, context));
    const report = await context.store.getJson<AuditReport>(outputs.report);
    const right = test.x.filter(([first], row) => Number(first! > 0) === test.y[row]).length;
    expect(report.accuracy.value).toBeCloseTo(right / 100, 12);
    expect(report.accuracy.low).toBeLessThan(report.accuracy.value);
    expect(report.accuracy.high).toBeGreaterThan(report.accuracy.value);
    expect(report.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(report.perClass.map((one) => one.class)).toEqual(['no', 'yes']);
    expect(report.calibrationBins).toHaveLength(15);
    expect(report.noise).toHaveLength(1);
    expect(report).toMatchObject({ rows: 100, status: 'pass', checks: [], seed: 3 });
    expect((await auditStep.run(input, context)).report).toEqual(outputs.report);
  });

  it('stops the run on a failed check, finally, with the stored report in the error', async () => {
    const { context, input } = await problem();
    const checks = { accuracy: { min: 1, onFail: 'fail' as const } };
    const error: unknown = await auditStep
      .run({ ...input, checks }, context)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'AUDIT_FAILED',
      message: expect.stringContaining('at least 1.000') as string,
      details: { report: expect.stringMatching(/^artifact:/) as string, failed: ['accuracy'] },
    });
    expect(isRetryable('AUDIT_FAILED')).toBe(false);
    const { details } = error as { details: { report: string } };
    expect(context.store.has(details.report)).toBe(true);
  });

  it('goes on after a failed check where onFail is continue, and after a flagged one', async () => {
    const { context, input } = await problem();
    const run = (onMiss: 'fail' | 'flag') =>
      auditStep.run(
        {
          ...input,
          onFail: onMiss === 'fail' ? 'continue' : 'stop',
          checks: { accuracy: { min: 1, onFail: onMiss } },
        },
        context,
      );
    expect((await run('fail')).status).toBe('fail');
    expect((await run('flag')).status).toBe('flag');
  });

  it('measures noise at the strength its check names', async () => {
    const { context, input } = await problem();
    const noise = { standardDeviation: 5, maxDrop: 0.1, onFail: 'flag' as const };
    const outputs = await auditStep.run({ ...input, checks: { noise } }, context);
    expect(outputs.checks[0]).toMatchObject({ name: 'noise', status: 'flag', bound: 0.1 });
    // Noise five times the data's spread leaves little more than chance.
    expect(outputs.checks[0]!.value).toBeGreaterThan(0.25);
  });

  it('refuses a part without rows', async () => {
    const { context, input } = await problem({ x: [], y: [] });
    await expect(auditStep.run(input, context)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
