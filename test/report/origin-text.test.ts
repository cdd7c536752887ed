import type { RunOrigin } from '../../src/activities/step.ts';
import { originText } from '../../src/report/origin-text.ts';

const CASES: readonly (readonly [RunOrigin | undefined, string])[] = [
  [undefined, 'ann'],
  [{ type: 'person' }, 'ann'],
  [
    {
      ...{ type: 'push', repository: 'r', ref: 'refs/heads/main', commit: '0123456789abcdef' },
      ...{ author: 'Bob', subject: 'Mend', file: 'a.yaml' },
    },
    'commit 0123456789ab by Bob',
  ],
  [
    { type: 'schedule', scheduleId: 'modelwright-a-0', dueAt: '2026-11-01T03:00:00.000Z' },
    'schedule modelwright-a-0, due 2026-11-01T03:00:00.000Z',
  ],
  [{ type: 'data', source: 'a.csv', fingerprint: 'f' }, 'new data in a.csv'],
  [
    {
      ...{ type: 'drift', source: 'a.csv', model: { name: 'm', version: 3 } },
      features: [
        { name: 'x', psi: 1.234 },
        { name: 'y', psi: 0.5 },
      ],
    },
    'drift of a.csv from what m version 3 was trained on: x (PSI 1.23), y (PSI 0.50)',
  ],
  [
    {
      ...{ type: 'drift', source: 'a.csv', model: { name: 'm', version: 3 } },
      features: [
        { name: 'x', statistic: 'wasserstein', value: 1.234 },
        { name: 'y', statistic: 'ks', value: 0.5 },
      ],
    },
    'drift of a.csv from what m version 3 was trained on: x (W/σ 1.23), y (D 0.50)',
  ],
];

it.each(CASES)('says of %j that the run was started by "%s"', (origin, expected) => {
  expect(originText({ submittedBy: 'ann', origin })).toBe(expected);
});
