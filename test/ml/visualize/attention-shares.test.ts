import { loadBackend } from '../../../src/ml/backend.ts';
import { buildNetwork, type Network } from '../../../src/ml/network.ts';
import { attentionShares } from '../../../src/ml/visualize/attention-shares.ts';
import { attentionTable, drawnAttention } from '../../../src/ml/visualize/attention-map.ts';
import { leavingNoTensors } from '../../activities/small-problem.ts';

const [STEPS, UNITS, HEADS] = [3, 2, 2];
let network: Network;

beforeAll(async () => {
  await loadBackend();
  network = buildNetwork({
    version: 1,
    inputShape: [STEPS, UNITS],
    classes: 2,
    seed: 5,
    layers: [
      { type: 'multiHeadAttention', heads: HEADS, keyUnits: 2, causal: false, name: 'look' },
      { type: 'globalAveragePooling1d' },
      { type: 'dense', units: 2, activation: 'softmax' },
    ],
  });
  // They are split on demand, and then kept.
  network.weightTensors();
});
afterAll(() => network.dispose());

const X = Float32Array.of(0.3, -1, 2, 0.5, -0.7, 1.5);

/** softmax(q·kᵀ/√2) of each head, in plain numbers. */
function byHand(): number[][][] {
  const [wq, bq, wk, bk] = network
    .weightTensors()
    .slice(0, 4)
    .map(({ tensor }) => Array.from(tensor.dataSync()));
  const project = (step: number, head: number, w: number[], b: number[]): number[] =>
    [0, 1].map((unit) => {
      const at = head * 2 + unit;
      const width = HEADS * 2;
      return X[step * 2]! * w[at]! + X[step * 2 + 1]! * w[width + at]! + b[at]!;
    });
  return [0, 1].map((head) =>
    [0, 1, 2].map((from) => {
      const q = project(from, head, wq!, bq!);
      const scores = [0, 1, 2].map((to) => {
        const k = project(to, head, wk!, bk!);
        return Math.exp((q[0]! * k[0]! + q[1]! * k[1]!) / Math.SQRT2);
      });
      const sum = scores.reduce((total, score) => total + score, 0);
      return scores.map((score) => score / sum);
    }),
  );
}

describe('attentionShares', () => {
  it('gives what the formula gives, and leaves no tensors', async () => {
    const found = await leavingNoTensors(() =>
      Promise.resolve(attentionShares(network, { x: X, layer: 'look' })),
    );
    expect([found.heads, found.steps, found.valueSteps]).toEqual([HEADS, STEPS, STEPS]);
    byHand()
      .flat(2)
      .forEach((share, at) => expect(found.values[at]).toBeCloseTo(share, 5));
  });

  it.each(['nowhere', 'globalAveragePooling1d_1'])('refuses the layer %s', (layer) => {
    expect(() => attentionShares(network, { x: X, layer })).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }) as Error,
    );
  });
});

describe('drawnAttention', () => {
  const values = Float32Array.from({ length: 40 * 40 }, (_, at) => (at % 40 === 7 ? 0.61 : 0.01));
  const all = Array.from({ length: 40 }, (_, step) => ({ step, text: `t${step}` }));

  it('shows the steps that are looked at most, and joins the others, so that lines sum to 1', () => {
    const drawn = drawnAttention({ heads: 1, steps: 40, valueSteps: 40, values }, all);
    expect(drawn.to).toHaveLength(24);
    expect(drawn.to.map(({ step }) => step)).toContain(7);
    expect(drawn.others).toBe(16);
    for (const line of drawn.shares.flat()) {
      expect(line).toHaveLength(25);
      expect(line.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    }
    const { rows } = attentionTable(drawn);
    expect(rows).toHaveLength(24 * 25);
    const sevens = rows.filter(([, , , to]) => to === 7).map((row) => row[5]);
    expect(sevens).toEqual(Array.from({ length: 24 }, () => expect.closeTo(0.61, 6) as number));
  });
});
