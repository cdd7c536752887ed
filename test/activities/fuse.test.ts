import { fuseStep } from '../../src/activities/fuse.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { ModelManifest } from '../../src/ml/model.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const inputShape = [2];

async function problem(validation = noisyRows(80, 2)) {
  const context = testContext();
  const dataset = await storeDataset(context.store, { inputShape, validation });
  const model = (w: readonly number[], b?: number) =>
    storeModel(context.store, { inputShape, weights: logisticWeights(w, b) });
  return { context, dataset, model, validation };
}

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

describe('fuse', () => {
  it('averages probabilities, measures members and fusion, and leaves no tensor', async () => {
    const { context, dataset, model, validation } = await problem();
    const members = [await model([2, 1]), await model([1, -1])];
    const input = { members, dataset, method: 'average' as const };
    const outputs = await leavingNoTensors(() => fuseStep.run(input, context));
    expect(outputs.weights).toEqual([0.5, 0.5]);
    const yes = validation.x.map(([a, b]) => (sigmoid(2 * a! + b!) + sigmoid(a! - b!)) / 2);
    const right = yes.filter((p, row) => Number(p > 0.5) === validation.y[row]).length;
    expect(outputs.fused.accuracy).toBeCloseTo(right / 80, 12);
    const loss = yes.reduce(
      (sum, p, row) => sum - Math.log(validation.y[row] === 1 ? p : 1 - p) / 80,
      0,
    );
    expect(outputs.fused.loss).toBeCloseTo(loss, 5);
    expect(outputs.members).toHaveLength(2);
  });

  it('fits weights that beat the plain average, the same every time', async () => {
    const { context, dataset, model } = await problem();
    const members = [await model([2, 0]), await model([-1, 3]), await model([1, 1])];
    const run = (method: 'average' | 'weighted-average') =>
      fuseStep.run({ members, dataset, method }, context);
    const [fitted, again, plain] = [
      await run('weighted-average'),
      await run('weighted-average'),
      await run('average'),
    ];
    expect(fitted.fused.loss).toBeLessThan(plain.fused.loss);
    expect(fitted.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(again.model).toEqual(fitted.model);
    const manifest = await context.store.getJson<ModelManifest>(fitted.model);
    expect(manifest).toMatchObject({ type: 'fusion', weights: fitted.weights, members });
  });

  it('normalises given weights', async () => {
    const { context, dataset, model } = await problem();
    const members = [await model([2, 0]), await model([1, 1])];
    const input = { members, dataset, method: 'weighted-average' as const, weights: [3, 1] };
    expect((await fuseStep.run(input, context)).weights).toEqual([0.75, 0.25]);
    await expect(fuseStep.run({ ...input, weights: [1] }, context)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
    await expect(fuseStep.run({ ...input, weights: [0, 0] }, context)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
  });

  it('lets the majority of a vote decide against the mean', async () => {
    const { context, dataset, model } = await problem();
    // P(yes) everywhere: 0.55, 0.55 and nearly 0.
    const slightly = Math.log(0.55 / 0.45);
    const members = [
      await model([0, 0], slightly),
      await model([0, 1e-6], slightly),
      await model([0, 0], -9),
    ];
    const { model: vote } = await fuseStep.run({ members, dataset, method: 'vote' }, context);
    const { classifier } = await loadClassifier(context.store, vote);
    const [no, yes] = await classifier.predict(Float32Array.of(0, 0), 1);
    classifier.dispose();
    expect(yes).toBeGreaterThan(no!);
  });

  it('says so when the fusion is worse than its best member', async () => {
    const { context, dataset, model } = await problem(noisyRows(80, 2, 1, 0));
    const members = [await model([9, 0]), await model([-9, 4])];
    const outputs = await fuseStep.run({ members, dataset, method: 'average' }, context);
    expect(outputs.members[0]!.accuracy).toBe(1);
    expect(outputs.beatsBestMember).toBe(false);
    expect(context.lines).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('does not beat its best member') as string,
    });
  });

  it('does not call a tie a win', async () => {
    const { context, dataset, model } = await problem();
    const members = [await model([2, 1]), await model([2, 1])];
    const outputs = await fuseStep.run({ members, dataset, method: 'average' }, context);
    expect(outputs.fused).toEqual(outputs.members[0]);
    expect(outputs.beatsBestMember).toBe(false);
  });

  it('says that it beats its best member where it does, without a warning', async () => {
    const { context, dataset, model } = await problem(noisyRows(80, 2, 1, 0));
    // Each is biased to one side; together they are right everywhere.
    const members = [await model([3, 0], 1), await model([3, 0], -1)];
    const outputs = await fuseStep.run({ members, dataset, method: 'average' }, context);
    expect(outputs.fused.accuracy).toBe(1);
    expect(outputs.beatsBestMember).toBe(true);
    expect(context.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it.each([
    ['classes', { inputShape, classes: ['a', 'b'] }],
    ['input shape', { inputShape: [3] }],
  ])('names the member with other %s', async (_, other) => {
    const { context, dataset, model } = await problem();
    const members = [await model([1, 1]), await storeModel(context.store, other)];
    const fusing = leavingNoTensors(async () => {
      await expect(
        fuseStep.run({ members, dataset, method: 'average' }, context),
      ).rejects.toMatchObject({
        code: 'SHAPE_MISMATCH',
        message: expect.stringContaining('member 2') as string,
      });
    });
    await fusing;
  });

  it('refuses an empty validation part and says what to do', async () => {
    const { context, dataset, model } = await problem({ x: [], y: [] });
    const members = [await model([1, 1]), await model([1, 0])];
    await expect(
      fuseStep.run({ members, dataset, method: 'weighted-average' }, context),
    ).rejects.toMatchObject({
      code: 'DATA_INVALID',
      remedy: expect.stringContaining('validation') as string,
    });
  });
});
