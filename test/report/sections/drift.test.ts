import type { DriftReport } from '../../../src/ml/audit/drift/drift-report.ts';
import { driftSection } from '../../../src/report/sections/drift.ts';

const column = (name: string, hasDrifted: boolean) => ({
  ...{ column: name, value: 0.345, pValue: 1e-7, corrected: 2e-7, hasDrifted },
});
const REPORT: DriftReport = {
  ...{ version: 1, verdict: 'drift', statistic: 'ks', threshold: 0.1, alpha: 0.05, features: 1 },
  rows: { reference: 350, current: 90 },
  columns: [column('<b>age', true), column('sex', false)],
  predictions: {
    ...{ value: 0.3, pValue: 0.001, corrected: 0.002, hasDrifted: true },
    classes: [
      { class: 'good', reference: 200, current: 20 },
      { class: 'bad', reference: 150, current: 70 },
    ],
  },
  ...{ permutations: 999, seed: 4 },
};

const textOf = (report: DriftReport) => {
  const ref = { uri: 'artifact://sha256/0', sha256: '0', bytes: 1, mediaType: 'x' };
  return driftSection({ step: 'new-data', ref, value: report }).markup.replace(/\s+/g, ' ');
};

describe('driftSection', () => {
  it('says what drifted, by how much, and by which rule', () => {
    const text = textOf(REPORT);
    expect(text).toContain('1 of 2 columns have drifted between 350 and 90 rows');
    expect(text).toContain('D is above 0.1 and the corrected p-value is at most 0.05');
    expect(text).toMatch(
      /<th scope="row">&lt;b&gt;age<\/th> <td class="number">0\.3450<\/td> <td class="number">1\.0e-7<\/td>/,
    );
    expect(text).not.toContain('<b>');
    expect(text).toContain('The predicted classes have drifted (D 0.3000');
    expect(text).toContain('good 200 then and 20 now, bad 150 then and 70 now');
  });

  it('says that rows were too few', () => {
    const text = textOf({ ...REPORT, verdict: 'too-few-rows', columns: [], predictions: null });
    expect(text).toContain('350 and 90 rows are too few');
    expect(text).not.toContain('<table');
  });

  it('shows the first fifty of very many columns, and how many there are', () => {
    const columns = Array.from({ length: 80 }, (_, index) => column(`c${index}`, true));
    const text = textOf({ ...REPORT, columns });
    expect(text).toContain('50 of 80');
    expect(text).toContain('c49<');
    expect(text).not.toContain('c50<');
  });
});
