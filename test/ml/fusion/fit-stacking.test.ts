import { fitStacking } from '../../../src/ml/fusion/fit-stacking.ts';
import type { StackingModel } from '../../../src/ml/model.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const CLASSES = 3;
const ROWS = 60;
const PENALTY = 0.01;

function problem() {
  const random = new CounterRandom({ seed: 1, stream: 'stacking' });
  const labels = Int32Array.from({ length: ROWS }, () => random.integer(CLASSES));
  const member = (skill: number) =>
    Float32Array.from({ length: ROWS }, () => 0).length &&
    Float32Array.from(
      [...labels].flatMap((label) => {
        const raw = [0, 1, 2].map((k) => Math.exp(random.normal() + (k === label ? skill : 0)));
        const sum = raw.reduce((total, value) => total + value, 0);
        return raw.map((value) => value / sum);
      }),
    );
  return { predictions: [member(2), member(0)] as Float32Array[], labels };
}

/** The objective as its definition reads. */
function objective({ weights, bias }: StackingModel, given: ReturnType<typeof problem>): number {
  const { predictions, labels } = given;
  let value = 0;
  labels.forEach((label, row) => {
    const scores = weights.map((line, k) => {
      const terms = line.map((weight, at) => {
        const p = predictions[Math.floor(at / CLASSES)]![row * CLASSES + (at % CLASSES)]!;
        return weight * Math.log(Math.max(p, 1e-7));
      });
      return terms.reduce((sum, term) => sum + term, bias[k]!);
    });
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    value += (total - scores[label]!) / ROWS;
  });
  const apart = weights.flatMap((line, k) =>
    line.map((weight, at) => weight - (at % CLASSES === k ? 1 / predictions.length : 0)),
  );
  return value + (PENALTY / 2) * apart.reduce((sum, gap) => sum + gap * gap, 0);
}

function softmaxOf(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}

describe('the logistic model of stacking', () => {
  it('is where its objective is flat, and believes the member that knows something', () => {
    const given = problem();
    const meta = fitStacking({ ...given, classes: CLASSES, penalty: PENALTY });
    const nudge = (k: number, at: number, by: number): StackingModel => ({
      weights: meta.weights.map((line, i) =>
        line.map((w, j) => (i === k && j === at ? w + by : w)),
      ),
      bias: meta.bias.map((b, i) => (i === k && at === 2 * CLASSES ? b + by : b)),
    });
    for (let k = 0; k < CLASSES; k += 1) {
      for (let at = 0; at <= 2 * CLASSES; at += 1) {
        const slope =
          (objective(nudge(k, at, 1e-4), given) - objective(nudge(k, at, -1e-4), given)) / 2e-4;
        expect(Math.abs(slope)).toBeLessThan(1e-5);
      }
    }
    const strength = (member: number) =>
      meta.weights.reduce((sum, line, k) => sum + line[member * CLASSES + k]!, 0);
    expect(strength(0)).toBeGreaterThan(2 * Math.abs(strength(1)));
  });

  it('is where its objective is flat, also of ten classes and members that are sure of all they say', () => {
    const [classes, rows, penalty] = [10, 300, 0.001];
    const random = new CounterRandom({ seed: 2, stream: 'stacking' });
    const labels = Int32Array.from({ length: rows }, () => random.integer(classes));
    const member = (sureness: number) =>
      Float32Array.from(
        [...labels].flatMap((label) => {
          const scores = Array.from({ length: classes }, (_, k) => sureness * (random.normal() + (k === label ? 2 : 0)));
          return softmaxOf(scores);
        }),
      );
    const predictions = [member(6), member(4)];
    const { weights, bias } = fitStacking({ predictions, labels, classes, penalty });
    const slopes = weights.map((line, k) => [...line.map((w, at) => penalty * (w - (at % classes === k ? 0.5 : 0))), 0]);
    labels.forEach((label, row) => {
      const logs = predictions.flatMap((values) =>
        Array.from(values.subarray(row * classes, (row + 1) * classes), (p) => Math.log(Math.max(p, 1e-7))),
      );
      const scores = weights.map((line, k) => line.reduce((sum, w, at) => sum + w * logs[at]!, bias[k]!));
      softmaxOf(scores).forEach((p, k) => {
        const share = (p - Number(k === label)) / rows;
        [...logs, 1].forEach((input, at) => (slopes[k]![at]! += share * input));
      });
    });
    expect(Math.max(...slopes.flat().map(Math.abs))).toBeLessThan(1e-7);
  }, 30_000); // prettier-ignore

  it('is the geometric mean of the members where the penalty is great', () => {
    const { weights } = fitStacking({ ...problem(), classes: CLASSES, penalty: 1e6 });
    weights.forEach((line, k) =>
      line.forEach((weight, at) => expect(weight).toBeCloseTo(at % CLASSES === k ? 0.5 : 0, 4)),
    );
  });

  it('refuses no rows', () => {
    const none = { predictions: [new Float32Array()], labels: new Int32Array() };
    expect(() => fitStacking({ ...none, classes: 2, penalty: 1 })).toThrow(/0 rows/);
  });
});
