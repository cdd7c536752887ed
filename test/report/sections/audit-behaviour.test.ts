import type { AuditReport, BehaviourFigure } from '../../../src/ml/audit/audit-report.ts';
import { behaviourTable } from '../../../src/report/sections/audit-behaviour.ts';

const FIGURE: BehaviourFigure = {
  ...{ name: 'rich', type: 'directional', tried: 50, failed: 5, passRate: 0.9 },
  ...{ minPassRate: 1, onFail: 'fail' },
  examples: [1, 2, 3, 4].map((row) => ({
    row,
    before: { cells: 'a 1', class: 'good', probabilities: [0.9, 0.1] },
    after: {
      cells: `<i>${'x'.repeat(row === 2 ? 500 : 1)}`,
      class: 'bad',
      probabilities: [0.2, 0.8],
    },
  })),
};

const textOf = (report: Partial<AuditReport>) =>
  behaviourTable(report as AuditReport)?.markup.replace(/\s+/g, ' ');

describe('behaviourTable', () => {
  it('says how many trials failed and shows the three worst, as inert text', () => {
    const text = textOf({ behaviour: [FIGURE] });
    expect(text).toContain('90.0 %');
    expect(text).toContain('row 1: a 1 is good (90.0 %) → &lt;i&gt;x is bad (80.0 %)');
    expect(text).toContain('row 3:');
    expect(text).not.toContain('row 4:');
    expect(text).not.toContain('x'.repeat(400));
  });

  it('is not there without tests', () => {
    expect(textOf({})).toBeUndefined();
  });
});
