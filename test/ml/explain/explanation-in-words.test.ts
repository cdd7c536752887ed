import { explanationInWords } from '../../../src/ml/explain/explanation-in-words.ts';

describe('explanationInWords', () => {
  it('tells what would have to be otherwise', () => {
    const counterfactual = {
      status: 'found',
      class: 'good',
      probability: 0.712,
      distance: 1.5,
      changes: [
        { feature: 'months', from: 48, to: 24 },
        { feature: 'savings', from: null, to: 'over 1000' },
      ],
    } as const;
    expect(explanationInWords({ counterfactual })).toEqual([
      'The model would say “good” (71.2 %) with:',
      'months: 48 → 24',
      'savings: empty → over 1000',
    ]);
  });

  it('tells that there is none', () => {
    const none = { status: 'none', reason: 'no column may change' } as const;
    expect(explanationInWords({ counterfactual: { ...none, class: null } })).toEqual([
      'No change leads to another class: no column may change.',
    ]);
    expect(explanationInWords({ counterfactual: { ...none, class: 'good' } })).toEqual([
      'No change leads to “good”: no column may change.',
    ]);
    expect(explanationInWords({})).toEqual([]);
  });

  it('tells a rule, with its bounds', () => {
    const precision = { value: 0.97, low: 0.93, high: 0.99 };
    const rule = {
      status: 'found',
      predicates: ['a > 3', 'colour = red'],
      precision,
      coverage: 0.125,
    } as const;
    const ending =
      'for 97.0 % (93.0 % to 99.0 %) of rows; 12.5 % of the training part are such rows.';
    const told = `If a > 3 and colour = red, the model says the same ${ending}`;
    expect(explanationInWords({ rule })).toEqual([told]);
    expect(explanationInWords({ rule: { ...rule, status: 'none' } })).toEqual([
      'No rule is precise enough. The nearest:',
      told,
    ]);
    expect(explanationInWords({ rule: { ...rule, predicates: [] } })[0]).toMatch(/^Whatever/);
  });
});
