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

  it('reports figures with intervals, and holds them against bounds', async () => {
    const { context, input } = await problem();
    const checks = {
      f1: { min: 0.5, onFail: 'fail' as const },
      rocAuc: { min: 1, onFail: 'flag' as const },
      logLoss: { max: 1e-6, onFail: 'flag' as const },
    };
    const outputs = await auditStep.run({ ...input, checks }, context);
    const report = await context.store.getJson<AuditReport>(outputs.report);
    const { accuracy, recallWeighted } = outputs.metrics as Record<string, number>;
    expect(accuracy).toBeUndefined();
    expect(recallWeighted).toBeCloseTo(outputs.accuracy.value, 12);
    expect(report.metrics!.recallWeighted).toEqual({
      value: recallWeighted,
      low: report.accuracy.low,
      high: report.accuracy.high,
    });
    expect(report.classMetrics!.map((one) => one.class)).toEqual(['no', 'yes']);
    expect(outputs.checks.map(({ name, status }) => [name, status])).toEqual([
      ['f1', 'pass'],
      ['rocAuc', 'flag'],
      ['logLoss', 'flag'],
    ]);
  });

  it('misses a bound on a figure that the rows do not define, and says why', async () => {
    const { context, input } = await problem({ x: [[1, 0]], y: [1] });
    const checks = { rocAuc: { min: 0, onFail: 'flag' as const } };
    const outputs = await auditStep.run({ ...input, checks }, context);
    expect(outputs.metrics).toMatchObject({ rocAuc: null, kappa: null, f1: 1 });
    expect(outputs.checks).toMatchObject([
      { status: 'flag', value: 0, message: expect.stringContaining('class "no"') as string },
    ]);
  });

  it('refuses a part without rows', async () => {
    const { context, input } = await problem({ x: [], y: [] });
    await expect(auditStep.run(input, context)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('holds the model against the most frequent class and against a simple model', async () => {
    const { context, input } = await problem();
    const baseline = await storeModel(context.store, {
      inputShape,
      weights: logisticWeights([0, 4]),
    });
    const beatsBaseline = { alpha: 0.05, onFail: 'flag' as const };
    const good = await auditStep.run({ ...input, baseline, checks: { beatsBaseline } }, context);
    expect(good).toMatchObject({ beatsBaseline: true, status: 'pass' });
    expect(good.baselines.map(({ name, beaten }) => [name, beaten])).toEqual([
      ['majority', true],
      ['model', true],
    ]);
    expect(good.baselines[1]!.difference).toBeCloseTo(
      good.accuracy.value - good.baselines[1]!.accuracy,
      12,
    );
    const even = await auditStep.run(
      { ...input, baseline: input.model, checks: { beatsBaseline } },
      context,
    );
    expect(even).toMatchObject({ beatsBaseline: false, status: 'flag' });
    expect(even.checks).toMatchObject([{ name: 'beatsBaseline', value: 1, bound: 0.05 }]);
    expect(context.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('does not beat the baseline "model"'),
    );
  });

  it('takes the most frequent class from the training part', async () => {
    const context = testContext();
    const test = noisyRows(50, 2);
    const train = { x: [[0, 0]], y: [1] };
    const dataset = await storeDataset(context.store, { inputShape, test, train });
    const model = await storeModel(context.store, { inputShape, weights: logisticWeights([4, 0]) });
    const { baselines } = await auditStep.run({ ...COMMON, dataset, model }, context);
    const ones = test.y.filter((label) => label === 1).length;
    expect(baselines[0]!.accuracy).toBeCloseTo(ones / 50, 12);
  });

  const by = [{ column: 'f0', edges: [0] }];
  const groups = { favourable: 'yes', by, minRows: 2 };

  it('measures groups of rows, and holds the gaps against bounds', async () => {
    const { context, input, test } = await problem();
    const checks = {
      demographicParity: { max: 0.2, onFail: 'flag' as const },
      disparateImpact: { min: 0.8, onFail: 'flag' as const },
    };
    const outputs = await auditStep.run({ ...input, groups, checks }, context);
    const report = await context.store.getJson<AuditReport>(outputs.report);
    const positive = test.x.filter(([first]) => first! >= 0).length;
    // The model says yes exactly where the first value is positive.
    expect(report.groups).toMatchObject([
      {
        column: 'f0',
        favourable: 'yes',
        groups: [
          { group: 'under 0', rows: 100 - positive, favourableRate: { value: 0 } },
          { group: '0 and over', rows: positive, favourableRate: { value: 1, low: 1, high: 1 } },
        ],
        gaps: { demographicParity: { value: 1 }, disparateImpact: { value: 0 } },
      },
    ]);
    expect(outputs.groupGaps).toMatchObject([{ column: 'f0', demographicParity: 1 }]);
    expect(outputs.checks.map(({ name, status }) => [name, status])).toEqual([
      ['demographicParity:f0', 'flag'],
      ['disparateImpact:f0', 'flag'],
    ]);
  });

  it('misses a bound on groups that cannot be measured', async () => {
    const { context, input } = await problem();
    const checks = { demographicParity: { max: 1, onFail: 'flag' as const } };
    const all = { ...groups, by: [{ column: 'f0', edges: [-1000] }] };
    const outputs = await auditStep.run({ ...input, groups: all, checks }, context);
    expect(outputs.checks).toMatchObject([
      { status: 'flag', message: expect.stringContaining('cannot be measured') as string },
    ]);
    expect(outputs.groupGaps).toMatchObject([{ demographicParity: null, smallCells: 3 }]);
  });

  it.each([
    [{ ...groups, favourable: 'maybe' }, 'no class is called "maybe"'],
    [{ ...groups, by: [{ column: 'f9' }] }, 'does not have the column "f9"'],
    [{ ...groups, by: [{ column: 'f1' }] }, 'makes 100 groups'],
    [{ ...groups, by: [{ column: 'f0', edges: [1, 1] }] }, 'must ascend'],
  ])('refuses groups that the data does not have: %j', async (wrong, message) => {
    const { context, input } = await problem();
    await expect(auditStep.run({ ...input, groups: wrong }, context)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses a bound on groups where there are none', async () => {
    const { context, input } = await problem();
    const checks = { equalisedOdds: { max: 0.1, onFail: 'fail' as const } };
    await expect(auditStep.run({ ...input, checks }, context)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
  });

  it('measures slices of the rows, each alone, and holds the worst against a bound', async () => {
    const { context, input, test } = await problem();
    const slices = { by: [{ column: 'f0', edges: [-1000, 0, 0.1] }], minRows: 20 };
    const checks = { sliceAccuracy: { min: 1, onFail: 'flag' as const } };
    const outputs = await auditStep.run({ ...input, slices, checks }, context);
    const { slices: measured } = await context.store.getJson<AuditReport>(outputs.report);
    const low = test.x.flatMap(([first], row) => (first! < 0 ? [row] : []));
    const right = low.filter((row) => test.y[row] === 0).length;
    expect(measured).toMatchObject([{ column: 'f0', minRows: 20 }]);
    expect(measured![0]!.slices.slice(0, 2)).toMatchObject([
      { slice: 'under -1000', rows: 0, accuracy: { value: null, reason: 'the slice has no rows' } },
      { slice: '-1000 to under 0', rows: low.length, accuracy: { value: right / low.length } },
    ]);
    expect(measured![0]!.slices.reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
    expect(measured![0]!.warnings).toContainEqual(expect.stringContaining('0 rows, fewer than 20'));
    expect(outputs.checks).toMatchObject([{ name: 'sliceAccuracy:f0', status: 'flag' }]);
    expect(context.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('"under -1000" has 0 rows'),
    );
  });

  it('searches for weak segments, and flags what it finds', async () => {
    const x = noisyRows(400, 2).x;
    // Wrong wherever the second value is in its lowest quarter, else right.
    const limit = x.map(([, second]) => second!).sort((a, b) => a - b)[100]!;
    const y = x.map(([first, second]) => Number(first! > 0 !== second! < limit));
    const { context, input } = await problem({ x, y });
    const weakSegments = { maxDepth: 2 as const, minRows: 20, alpha: 0.05 };
    const checks = { weakSegments: { max: 0, onFail: 'flag' as const } };
    const outputs = await auditStep.run({ ...input, weakSegments, checks }, context);
    const report = await context.store.getJson<AuditReport>(outputs.report);
    expect(report.weakSegments!.segments).toHaveLength(1);
    expect(report.weakSegments!.segments[0]).toMatchObject({
      conditions: [expect.stringMatching(/^f1 under /) as string],
      errorRate: 1,
      restErrorRate: 0,
    });
    expect(outputs.weakSegments).toBe(1);
    expect(outputs.checks).toMatchObject([{ name: 'weakSegments', status: 'flag', value: 1 }]);
    expect(context.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('weak where f1 under'),
    );
  });

  it.each(['sliceAccuracy', 'weakSegments'] as const)(
    'refuses %s without its setting',
    async (name) => {
      const { context, input } = await problem();
      const bound = { min: 0, max: 0, onFail: 'flag' as const };
      await expect(
        auditStep.run({ ...input, checks: { [name]: bound } }, context),
      ).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    },
  );
});
