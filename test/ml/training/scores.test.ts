import { addScores, NO_SCORES, scoreRows, summarise } from '../../../src/ml/training/scores.ts';

describe('scores', () => {
  // Predicted 0, 1, 1, 2 of true 0, 1, 0, 1; nothing is of class 3.
  const logits = Float32Array.of(5, 0, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 0, 5, 0);
  const labels = Int32Array.of(0, 1, 0, 1);

  it('are accuracy, macro F1 over classes that occur, and the mean cross-entropy', () => {
    const { loss, accuracy, f1 } = summarise(scoreRows(logits, labels, { classes: 4 }));
    expect(accuracy).toBe(0.5);
    // 2·1/(1+2), 2·1/(2+2), 0/(1+0)
    expect(f1).toBeCloseTo((2 / 3 + 1 / 2 + 0) / 3, 12);
    const log = Math.log(Math.exp(5) + 3);
    expect(loss).toBeCloseTo(log - (5 + 5 + 0 + 0) / 4, 6);
  });

  it('leave out the rows of a label that does not count', () => {
    const rest = scoreRows(logits.subarray(4, 8), labels.subarray(1, 2), { classes: 4 });
    const last = scoreRows(logits.subarray(12), labels.subarray(3), { classes: 4 });
    const some = scoreRows(logits, labels, { classes: 4, ignored: 0 });
    expect(some).toEqual(addScores(rest, last));
    expect(some.rows).toBe(2);
  });

  it('add up over batches', () => {
    const parts = [0, 1, 2, 3].map((row) =>
      scoreRows(logits.subarray(4 * row, 4 * row + 4), labels.subarray(row, row + 1), {
        classes: 4,
      }),
    );
    const whole = summarise(scoreRows(logits, labels, { classes: 4 }));
    const sum = summarise(parts.reduce(addScores, NO_SCORES));
    expect(sum).toEqual({ ...whole, loss: expect.closeTo(whole.loss, 12) as number });
  });
});
