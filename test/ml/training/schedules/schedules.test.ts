import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EpochRecord } from '../../../../src/ml/model.ts';
import {
  createSchedule,
  type WholeSchedule,
} from '../../../../src/ml/training/schedules/create-schedule.ts';
import {
  NO_PLATEAU,
  type PlateauOptions,
  watchPlateau,
} from '../../../../src/ml/training/schedules/plateau.ts';

interface Golden {
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly schedules: {
    readonly options: Pick<WholeSchedule, 'schedule' | 'warmup'>;
    readonly rates: number[];
  }[];
  readonly losses: number[];
  readonly plateaus: {
    readonly options: Omit<PlateauOptions, 'monitor'>;
    readonly rates: number[];
    readonly ofAccuracy: number[];
  }[];
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../../golden/schedules.json'), 'utf8'),
) as Golden;
const { learningRate, epochs, stepsPerEpoch } = golden;

describe.each(golden.schedules)('the schedule $options', ({ options, rates }) => {
  it("gives Keras' rates", () => {
    const schedule = createSchedule({ learningRate, epochs, ...options });
    rates.forEach((rate, step) => {
      // Keras computes in float32.
      expect(Math.abs(schedule(step / stepsPerEpoch) - rate)).toBeLessThan(1e-6 * learningRate);
    });
    expect(rates).toHaveLength(epochs * stepsPerEpoch);
  });
});

describe('a schedule', () => {
  it('is the learning rate where nothing is said', () => {
    expect(createSchedule({ learningRate: 0.3, epochs: 5 })(2.7)).toBe(0.3);
  });

  it('begins after its warm-up, which rises in a line from a share of the rate', () => {
    const step = { type: 'step', every: 1, factor: 0.5 } as const;
    const warmup = { epochs: 2, from: 0.5 };
    const rate = createSchedule({ learningRate: 8, epochs: 5, schedule: step, warmup });
    expect([0, 0.5, 1, 1.5, 2, 2.9, 3, 4].map(rate)).toEqual([4, 5, 6, 7, 8, 8, 4, 2]);
  });
});

describe.each(golden.plateaus)('on a plateau $options', ({ options, rates, ofAccuracy }) => {
  it.each([
    ['validationLoss', rates, (loss: number) => loss],
    ['validationAccuracy', ofAccuracy, (loss: number) => 2 - loss],
  ] as const)("the rate falls when Keras' does, by %s", (monitor, expected, figure) => {
    let state = NO_PLATEAU;
    const found = golden.losses.map((loss, index) => {
      const record = { epoch: index + 1, [monitor]: figure(loss) } as unknown as EpochRecord;
      state = watchPlateau(state, { record, learningRate }, { ...options, monitor });
      return learningRate * state.scale;
    });
    found.forEach((rate, index) => {
      expect(Math.abs(rate - (expected[index] as number))).toBeLessThan(1e-7 * learningRate);
    });
    expect(new Set(expected).size).toBeGreaterThan(1);
  });
});
