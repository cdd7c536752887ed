/** Whether the model's answers give away which rows it was trained on. */
import { loadPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { MembershipFigures } from '../../ml/audit/audit-report.ts';
import { atMost } from '../../ml/audit/checks.ts';
import { measureMembership } from '../../ml/audit/membership.ts';
import type { ProbabilityTable } from '../../ml/audit/metrics.ts';
import { drawRows, takeRows } from '../../ml/draw-rows.ts';
import { CounterRandom } from '../../ml/random.ts';
import { predictRows, requireRows } from '../model-on-data.ts';
import type { Audited, AuditSection } from './section.ts';

export const membership: AuditSection = {
  require({ membership: settings, part, checks: { membership: bound } }) {
    if (settings && part === 'train') {
      throw new PipelineError(
        'SPEC_INVALID',
        'audit: `membership` compares the training part with another',
        {
          remedy: 'audit the test part',
        },
      );
    }
    if (settings || !bound) return;
    throw new PipelineError('SPEC_INVALID', 'audit: membership has a bound and is not measured', {
      remedy: 'add `membership: {}`, or take the bound away',
    });
  },
  async measure(audited) {
    const { membership: settings } = audited.input;
    return settings ? { membership: await attack(audited, settings.rows) } : {};
  },
  compare({ membership: figures }, { membership: bound }) {
    if (!figures || !bound) return [];
    const value = Math.max(...figures.attacks.map(({ advantage }) => advantage));
    return [
      atMost({ name: 'membership', value, what: "a membership attacker's advantage" }, bound),
    ];
  },
};

async function attack(
  { input, loaded, table, context }: Audited,
  most: number,
): Promise<MembershipFigures['membership']> {
  const train = await loadPart(context.store, input.dataset, 'train');
  requireRows(train, 'train');
  const drawn = drawRows(train.rows, most, { seed: input.seed, stream: 'audit-membership-rows' });
  const known = {
    rows: drawn.length,
    x: takeRows(train.x, train.x.length / train.rows, drawn),
    y: drawn.map((row) => train.y[row] as number),
  };
  const members = scoresOf(await predictRows(loaded.classifier, known, context), known.y);
  const others = scoresOf(table, loaded.part.y);
  const random = new CounterRandom({ seed: input.seed, stream: 'audit-membership' });
  const options = { ...input.bootstrap, random };
  return {
    members: known.rows,
    others: loaded.part.rows,
    attacks: (['loss', 'confidence'] as const).map((name) =>
      measureMembership({ attack: name, members: members[name], others: others[name] }, options),
    ),
  };
}

/** −loss of the true class, and the highest probability. */
function scoresOf({ values, rows, classes }: ProbabilityTable, labels: Int32Array) {
  const row = (index: number) =>
    Array.from({ length: classes }, (_, at) => values[index * classes + at] ?? NaN);
  const each = (score: (probabilities: readonly number[], index: number) => number) =>
    Float64Array.from({ length: rows }, (_, index) => score(row(index), index));
  return {
    loss: each((probabilities, index) =>
      Math.log(Math.max(probabilities[labels[index] ?? 0] ?? NaN, 1e-12)),
    ),
    confidence: each((probabilities) => Math.max(...probabilities)),
  };
}
