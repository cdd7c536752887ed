import type { AuditReport, BehaviourFigure } from '../../../src/ml/audit/audit-report.ts';
import { attacksTable, behaviourTable } from '../../../src/report/sections/audit-behaviour.ts';

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

describe('attacksTable', () => {
  it('shows accuracy under each attack and noise', () => {
    const attack = { epsilon: 0.1, accuracy: 0.5, low: 0.4, high: 0.6, meanLoss: 1 };
    const report: Partial<AuditReport> = {
      noise: [{ standardDeviation: 0.2, accuracy: 0.8, drop: 0.1 }],
      adversarial: { rows: 20, steps: 3, attacks: [{ attack: 'pgd', ...attack }] },
    };
    const text = attacksTable(report as AuditReport)?.markup.replace(/\s+/g, ' ');
    expect(text).toMatch(
      /PGD<\/th> <td class="number">0\.1<\/td> <td class="number">50\.0 % \(40\.0 % to 60\.0 %\)/,
    );
    expect(text).toMatch(/noise<\/th> <td class="number">0\.2<\/td> <td class="number">80\.0 %/);
  });
});
