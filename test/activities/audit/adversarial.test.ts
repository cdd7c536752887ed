import { auditStep } from '../../../src/activities/audit.ts';
import type { AuditStep } from '../../../src/activities/step-types.ts';
import type { AuditReport } from '../../../src/ml/model.ts';
import { decodeWith } from '../../../src/spec/step-schemas.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from '../small-problem.ts';

const inputShape = [2];
const ROWS = noisyRows(80, 2);

/** Predicts by the sign of the first value: a row is safe where that is more than ε·σ away. */
async function audit(changes: object) {
  const context = testContext();
  const dataset = await storeDataset(context.store, { inputShape, test: ROWS });
  const model = await storeModel(context.store, { inputShape, weights: logisticWeights([2, 0]) });
  const given = { dataset, model, onFail: 'continue', seed: 3, ...changes };
  const input = decodeWith<AuditStep['with']>('audit', given);
  const outputs = await auditStep.run(input, context);
  return context.store.getJson<AuditReport>(outputs.report);
}

const firsts = ROWS.x.map(([first]) => first ?? 0);
const mean = firsts.reduce((a, b) => a + b, 0) / firsts.length;
const sigma = Math.sqrt(firsts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / firsts.length);
const safe = (epsilon: number) =>
  firsts.filter((x, row) => (ROWS.y[row] === 1 ? x : -x) > epsilon * sigma).length / 80;

describe('attacks in an audit', () => {
  it('cost the rows that are near the border, in standard deviations, with intervals', async () => {
    const adversarial = { epsilons: [0, 0.2, 0.5], steps: 3 };
    const report = await leavingNoTensors(() => audit({ adversarial }));
    const attacks = report.adversarial?.attacks ?? [];
    expect(attacks.map(({ attack, epsilon }) => [attack, epsilon])).toEqual([
      ['none', 0],
      ...['fgsm', 'pgd'].flatMap((attack) => [0, 0.2, 0.5].map((epsilon) => [attack, epsilon])),
    ]);
    for (const { epsilon, accuracy, low, high } of attacks) {
      expect(accuracy).toBeCloseTo(safe(epsilon), 12);
      expect(low).toBeLessThanOrEqual(accuracy);
      expect(high).toBeGreaterThanOrEqual(accuracy);
    }
    expect(attacks[0]?.accuracy).toBe(report.accuracy.value);
    expect(safe(0.5)).toBeLessThan(safe(0));
  });

  it('are held against a bound, and the same each time', async () => {
    const changes = {
      adversarial: { epsilons: [0.5], attacks: ['fgsm'], rows: 50 },
      checks: { adversarial: { attack: 'fgsm', epsilon: 0.5, min: 0.99, onFail: 'flag' } },
    };
    const report = await audit(changes);
    expect(report).toMatchObject({ status: 'flag', adversarial: { rows: 50 } });
    expect(report.checks).toMatchObject([{ name: 'adversarial', status: 'flag', bound: 0.99 }]);
    expect(await audit(changes)).toEqual(report);
  });

  it.each([
    [{ checks: { adversarial: { epsilon: 0.5, min: 0.9 } } }],
    [{ adversarial: { epsilons: [0.1] }, checks: { adversarial: { epsilon: 0.5, min: 0.9 } } }],
    [
      {
        adversarial: { epsilons: [0.5], attacks: ['fgsm'] },
        checks: { adversarial: { epsilon: 0.5, min: 0.9 } },
      },
    ],
  ])('refuse a bound on what is not measured: %j', async (changes) => {
    await expect(audit(changes)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });
});

describe('noise in an audit', () => {
  it('is measured for each strength, the one of the check among them', async () => {
    const noise = { standardDeviation: 0.5, maxDrop: 1 };
    const report = await audit({ noise: [2, 0.1], checks: { noise } });
    expect(report.noise.map(({ standardDeviation }) => standardDeviation)).toEqual([0.1, 0.5, 2]);
    expect(report.noise[2]!.accuracy).toBeLessThan(report.noise[0]!.accuracy);
    expect(report.checks).toMatchObject([{ name: 'noise', value: report.noise[1]!.drop }]);
  });
});
