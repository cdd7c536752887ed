/** Whether the model's answers give away which rows it was trained on. */
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { MembershipFigures } from '../../ml/audit/audit-report.ts';
import { atMost } from '../../ml/audit/checks.ts';
import { measureMembership } from '../../ml/audit/membership.ts';
import type { ProbabilityTable } from '../../ml/audit/metrics.ts';
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
  const known = drawRows(train, { most, seed: input.seed });
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

/** In the order of the part. */
function drawRows(
  part: LoadedPart,
  { most, seed }: { readonly most: number; readonly seed: number },
): Pick<LoadedPart, 'rows' | 'x' | 'y'> {
  if (part.rows <= most) return part;
  const random = new CounterRandom({ seed, stream: 'audit-membership-rows' });
  const drawn = random.permutation(part.rows).subarray(0, most).sort();
  const width = part.x.length / part.rows;
  const x = new Float32Array(most * width);
  drawn.forEach((row, index) => {
    x.set(part.x.subarray(row * width, (row + 1) * width), index * width);
  });
  return { rows: most, x, y: drawn.map((row) => part.y[row] as number) };
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
