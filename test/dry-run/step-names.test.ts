import { saidOf, stepOf } from '../../src/dry-run/step-names.ts';

describe('the name of an instance', () => {
  it.each([
    ['a', 'a'],
    ['a.3', 'a'],
    ['a.r2', 'a'],
    ['a.3.r2', 'a'],
    ['a.compensate', 'a.compensate'],
  ])('%s is of the step %s', (instance, step) => {
    expect(stepOf(instance)).toBe(step);
  });

  it('takes what is said of it, or else of its item, or else of its step', () => {
    const said = { a: 'step', 'a.3': 'item', 'a.3.r2': 'iteration', 'b.r2': 'second' };
    expect(
      ['a', 'a.r2', 'a.3', 'a.3.r3', 'a.3.r2', 'b', 'b.r2'].map((one) => saidOf(said, one)),
    ).toEqual(['step', 'step', 'item', 'item', 'iteration', undefined, 'second']);
    expect(saidOf(said, 'a.compensate')).toBeUndefined();
    expect(saidOf({}, 'constructor')).toBeUndefined();
  });
});
