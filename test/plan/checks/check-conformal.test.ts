import { findFaults } from '../../../src/plan/compile-plan.ts';
import { parseSpec } from '../../../src/spec/parse-spec.ts';

interface Given {
  readonly conformal?: string;
  readonly calibrated?: string;
  readonly flag?: string;
  readonly predicted?: string;
  readonly split?: string;
}

const pipeline = (given: Given): string => `name: p
steps:
  data:
    uses: dataset
    with: { source: a.csv, target: y, split: ${given.split ?? '{ train: 0.6, validation: 0.2, test: 0.2 }'} }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp }
  fit:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  other:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 2
  same:
    uses: values
    with: { model: '\${{ steps.fit.outputs.model }}' }
  sets:
    uses: conformal
    with:
      model: \${{ steps.${given.calibrated ?? 'fit'}.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      ${given.conformal ?? 'alpha: 0.1'}
  found:
    uses: predict
    with:
      model: \${{ steps.${given.predicted ?? 'fit'}.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      flag: ${given.flag ?? "{ conformal: '${{ steps.sets.outputs.conformal }}' }"}
  review:
    uses: human-review
    with:
      predictions: \${{ steps.found.outputs.predictions }}
      flagged: \${{ steps.found.outputs.flagged }}
      dataset: \${{ steps.data.outputs.dataset }}
      onTimeout: fail
  covered:
    uses: coverage
    with:
      predictions: \${{ steps.found.outputs.predictions }}
      flagged: \${{ steps.found.outputs.flagged }}
      decisions: \${{ steps.review.outputs.decisions }}
outputs:
  alarm: \${{ steps.covered.outputs.alarm }}
  size: \${{ steps.sets.outputs.measured.meanSetSize }}
`;

/** Each fault with the word that it points at. */
function faultsOf(given: Given): string[] {
  const text = pipeline(given);
  const lines = text.split('\n');
  return findFaults(parseSpec(text, 'p.yaml')).map(({ code, message, location: at }) => {
    const from = lines[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1) ?? '';
    return `${code} at ${/^[-\w.]*/.exec(from)?.[0]}: ${message}`;
  });
}

describe('conformal sets in a pipeline', () => {
  it('flag what is asked of the same model, which values may pass on', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ predicted: 'same' })).toEqual([]);
  });

  it('are refused beside another model', () => {
    expect(faultsOf({ predicted: 'other' })).toEqual([
      'SPEC_INVALID at : step "found": step "sets" calibrates another model than is asked here',
    ]);
  });

  it('are refused on the training part', () => {
    const conformal = 'part: train\n      alpha: 0.1';
    expect(faultsOf({ conformal })[0]).toMatch(/^SPEC_INVALID at train: .*validation, test/);
  });

  it('are refused on a part without rows', () => {
    const split = '{ train: 0.8, validation: 0, test: 0.2 }';
    expect(faultsOf({ split, conformal: 'part: validation\n      alpha: 0.1' })).toEqual([
      'SPEC_INVALID at validation: step "sets": the part validation is empty: step "data" gives it no share',
    ]);
  });

  it.each(['alpha: 0', 'alpha: 1'])('are refused with %s', (conformal) => {
    expect(faultsOf({ conformal })[0]).toMatch(/^SPEC_INVALID at [01]: /);
  });

  it('are needed by coverage', () => {
    expect(faultsOf({ flag: '{ confidenceBelow: 0.9 }' })).toEqual([
      'SPEC_INVALID at : step "covered": step "found" makes no conformal sets that could cover anything',
    ]);
  });
});

describe('flag.sample', () => {
  const flag = (sample: string) =>
    `{ conformal: '\${{ steps.sets.outputs.conformal }}', sample: ${sample} }`;

  it.each(['{ rows: 20 }', '{ rate: 0.1, seed: 3 }'])('takes %s', (sample) => {
    expect(faultsOf({ flag: flag(sample) })).toEqual([]);
  });

  it('is refused without and with both of `rows` and `rate`', () => {
    expect(faultsOf({ flag: flag('{ seed: 3 }') })).toEqual([
      'SPEC_MISSING_KEY at sample: step "found": `rows` or `rate` is missing: one of them says how many are drawn',
    ]);
    expect(faultsOf({ flag: flag('{ rows: 3, rate: 0.1 }') })).toEqual([
      'SPEC_INVALID at rate: step "found": `rows` and `rate` both say how many rows are drawn',
    ]);
  });
});
