import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditStep } from '../../src/activities/audit.ts';
import { compareStep } from '../../src/activities/compare.ts';
import type { AuditStep } from '../../src/activities/step-types.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { AuditReport } from '../../src/ml/model.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
  type TestContext,
} from './small-problem.ts';

const inputShape = [2];
const CHECK = { notWorseThanProduction: { alpha: 0.05, onFail: 'flag' as const } };

let stateFolder: string;
let context: TestContext & { stateFolder: string };
let dataset: ArtifactRef;
let good: ArtifactRef;
let bad: ArtifactRef;
beforeEach(async () => {
  stateFolder = await mkdtemp(path.join(tmpdir(), 'modelwright-audit-'));
  context = { ...testContext(), stateFolder };
  dataset = await storeDataset(context.store, { inputShape, test: noisyRows(100, 2) });
  good = await storeModel(context.store, { inputShape, weights: logisticWeights([4, 0]) });
  bad = await storeModel(context.store, { inputShape, weights: logisticWeights([0, 4]) });
});
afterEach(() => rm(stateFolder, { recursive: true, force: true }));

const promote = (model: ArtifactRef) =>
  openModelRegistry(stateFolder).promote({
    ...{ name: 'm', alias: 'production', model, run: { ...context.run, id: 'earlier' } },
    ...{ step: 'promote', metrics: {}, auditStatus: null, reviewVerdict: null },
  });

const named = { name: 'm', alias: 'production' };
const audit = (model: ArtifactRef, changes: Partial<AuditStep['with']> = {}) =>
  auditStep.run(
    {
      ...{ model, dataset, part: 'test', calibrationBins: 15, checks: CHECK, onFail: 'stop' },
      ...{ bootstrap: { samples: 2000, confidence: 0.95 }, seed: 1, production: named },
      ...changes,
    },
    context,
  );

describe('audit against the model in production', () => {
  it('says first, and passes, where there is none yet', async () => {
    const outputs = await audit(good);
    expect(outputs.production).toEqual({
      ...{ verdict: 'first', version: null, difference: null, pValue: null },
    });
    expect(outputs.checks).toMatchObject([{ name: 'notWorseThanProduction', status: 'pass' }]);
    expect(outputs.checks[0]!.message).toContain('no model is in production yet');
  });

  it('compares as the step compare does, and passes a better model', async () => {
    await promote(bad);
    const outputs = await leavingNoTensors(() => audit(good));
    const compared = await compareStep.run(
      {
        ...{ candidate: good, dataset, production: named, part: 'test', alpha: 0.05 },
        ...{ minImprovement: 0, maxItems: 20, seed: 1 },
      },
      context,
    );
    expect(outputs.production).toEqual({
      ...{ verdict: 'better', version: 1, difference: compared.difference!.value },
      pValue: compared.pValue,
    });
    expect(outputs.status).toBe('pass');
    const report = await context.store.getJson<AuditReport>(outputs.report);
    expect(report.production).toMatchObject({
      ...{ rows: 100, leftOut: 0, productionAccuracy: compared.productionAccuracy },
    });
  });

  it('flags a model that is worse, and says so without the check', async () => {
    await promote(good);
    const outputs = await audit(bad);
    expect(outputs).toMatchObject({ status: 'flag', production: { verdict: 'worse' } });
    expect(outputs.checks[0]!.value).toBeLessThan(0.05);
    context.lines.length = 0;
    await audit(bad, { checks: {} });
    expect(context.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('worse than the one in production'),
    );
  });

  it('passes where the two are alike', async () => {
    await promote(good);
    const outputs = await audit(good);
    expect(outputs.production).toMatchObject({ verdict: 'unsure', difference: 0, pValue: 1 });
    expect(outputs.status).toBe('pass');
  });

  it('compares with a model that is given, without a registry', async () => {
    const outputs = await audit(good, { production: { model: bad, alias: 'production' } });
    expect(outputs.production).toMatchObject({ verdict: 'better', version: null });
  });

  it('refuses a production that names no model, or two', async () => {
    for (const production of [
      { alias: 'production' },
      { name: 'm', alias: 'production', model: bad },
    ]) {
      await expect(audit(good, { production })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    }
  });

  it('refuses a bound on production where there is none', async () => {
    const without = { model: good, dataset, part: 'test' as const, calibrationBins: 15 };
    const bootstrap = { samples: 100, confidence: 0.95 };
    await expect(
      auditStep.run({ ...without, bootstrap, checks: CHECK, onFail: 'stop', seed: 0 }, context),
    ).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });
});
