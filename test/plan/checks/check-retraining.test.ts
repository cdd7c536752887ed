import { findFaults } from '../../../src/plan/compile-plan.ts';
import { parseSpec } from '../../../src/spec/parse-spec.ts';

const pipeline = (promote: string, compare = 'production: { name: m }'): string => `name: p
steps:
  data:
    uses: dataset
    with: { source: a.csv, target: y, split: { train: 0.8, validation: 0, test: 0.2 } }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp }
  fit:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 2
      warmStart: { name: m }
  again:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 2
  compare:
    uses: compare
    with:
      candidate: \${{ steps.fit.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      ${compare}
  promote:
    uses: promote
    with:
      ${promote}
`;

/** Each fault with the word that it points at. */
function faultsOf(promote: string, compare?: string): string[] {
  const text = pipeline(promote, compare);
  const lines = text.split('\n');
  return findFaults(parseSpec(text, 'p.yaml')).map(({ code, location: at }) => {
    const from = lines[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1) ?? '';
    return `${code} at ${/^[\w' ${.]*/.exec(from)?.[0].trim()}`;
  });
}

const VERDICT = "comparison: '${{ steps.compare.outputs.verdict }}'";
const FIT = "model: '${{ steps.fit.outputs.model }}'";

it('takes a promotion of what was compared, to where it was', () => {
  const with_ = "comparedWith: '${{ steps.compare.outputs.productionVersion }}'";
  expect(faultsOf(`{ ${FIT}, name: m, ${VERDICT}, ${with_} }`)).toEqual([]);
});

it('refuses another model, name or alias than was compared', () => {
  const other = "'${{ steps.again.outputs.model }}'";
  expect(faultsOf(`{ model: ${other}, name: m, ${VERDICT} }`)).toEqual([
    "SPEC_INVALID at '${{ steps.again.outputs.model",
  ]);
  expect(faultsOf(`{ ${FIT}, name: n, ${VERDICT} }`)).toEqual(['SPEC_INVALID at n']);
  expect(faultsOf(`{ ${FIT}, name: m, alias: b, ${VERDICT} }`)).toEqual(['SPEC_INVALID at b']);
  const compared = 'production: { name: m, alias: b }';
  expect(faultsOf(`{ ${FIT}, name: m, ${VERDICT} }`, compared)).toEqual(['SPEC_INVALID at with']);
});

it('refuses `comparedWith` alone, a verdict that there is not, and an empty part', () => {
  expect(faultsOf(`{ ${FIT}, name: m, comparedWith: 1 }`)).toEqual([
    'SPEC_MISSING_KEY at comparedWith',
  ]);
  expect(faultsOf(`{ ${FIT}, name: m, comparison: fine }`)).toEqual(['SPEC_INVALID at fine']);
  const validation = 'production: { name: m }\n      part: validation';
  expect(faultsOf(`{ ${FIT}, name: m }`, validation)).toEqual(['SPEC_INVALID at validation']);
});
