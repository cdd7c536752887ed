/** What the worst small changes of rows cost in accuracy. */
import { PipelineError } from '../../errors.ts';
import { attackRows, type AttackedRows } from '../../ml/audit/adversarial/attack.ts';
import { lossGradientOf } from '../../ml/audit/adversarial/loss-gradient.ts';
import { movableValues } from '../../ml/audit/adversarial/movable-values.ts';
import type { AttackFigure } from '../../ml/audit/audit-report.ts';
import { bootstrapMeanInterval } from '../../ml/audit/bootstrap.ts';
import { atLeast } from '../../ml/audit/checks.ts';
import { drawRows, takeRows } from '../../ml/draw-rows.ts';
import { CounterRandom } from '../../ml/random.ts';
import { predictRows } from '../model-on-data.ts';
import type { Audited, AuditSection } from './section.ts';

/** Rows whose gradients are computed at once. */
const BATCH_ROWS = 256;

export const adversarial: AuditSection = {
  require({ adversarial: settings, checks: { adversarial: bound } }) {
    if (!bound) return;
    const { attack, epsilon } = bound;
    if (settings?.attacks.includes(attack) && settings.epsilons.includes(epsilon)) return;
    const message = `audit: the bound on ${attack} with ε = ${epsilon} is on what is not measured`;
    throw new PipelineError('SPEC_INVALID', message, {
      remedy: 'name the attack and the ε in `adversarial` too',
    });
  },
  async measure(audited) {
    const { adversarial: settings } = audited.input;
    if (!settings) return {};
    const rows = attackedRows(audited, settings.rows);
    const figures = [await measureOne(audited, rows, { attack: 'none', epsilon: 0 })];
    for (const attack of settings.attacks) {
      for (const epsilon of settings.epsilons) {
        figures.push(await measureOne(audited, rows, { attack, epsilon }));
      }
    }
    const { steps } = settings;
    return { adversarial: { rows: rows.labels.length, steps, attacks: figures } };
  },
  compare({ adversarial: figures }, { adversarial: bound }) {
    if (!figures || !bound) return [];
    const found = figures.attacks.find(
      ({ attack, epsilon }) => attack === bound.attack && epsilon === bound.epsilon,
    );
    const what = `accuracy under ${bound.attack} with ε = ${bound.epsilon}`;
    return [atLeast({ name: 'adversarial', value: found?.accuracy ?? NaN, what }, bound)];
  },
};

function attackedRows(
  { input, loaded: { part, classifier }, context }: Audited,
  most: number,
): AttackedRows {
  const width = part.x.length / part.rows;
  const key = { seed: input.seed, stream: 'audit-adversarial-rows' };
  const drawn = drawRows(part.rows, most, key);
  const x = takeRows(part.x, width, drawn);
  const ofSome = lossGradientOf(classifier);
  return {
    ...movableValues(part.manifest.encoders, part),
    x,
    labels: Int32Array.from(drawn, (row) => part.y[row] as number),
    classes: classifier.classes.length,
    predict: (values, rows) =>
      predictRows(classifier, { x: values, rows }, context).then((table) => table.values),
    async lossGradient(values, labels) {
      const gradient = new Float32Array(values.length);
      for (let first = 0; first < labels.length; first += BATCH_ROWS) {
        context.signal.throwIfAborted();
        context.heartbeat();
        const end = Math.min(labels.length, first + BATCH_ROWS);
        const some = values.subarray(first * width, end * width);
        gradient.set(await ofSome(some, Array.from(labels).slice(first, end)), first * width);
      }
      return gradient;
    },
  };
}

async function measureOne(
  { input }: Audited,
  rows: AttackedRows,
  { attack, epsilon }: Pick<AttackFigure, 'attack' | 'epsilon'>,
): Promise<AttackFigure> {
  const { right, loss } = await attackRows(rows, {
    attack: attack === 'none' ? 'fgsm' : attack,
    epsilon,
    steps: input.adversarial?.steps ?? 1,
    seed: input.seed,
  });
  const random = new CounterRandom({ seed: input.seed, stream: 'audit-adversarial-interval' });
  const meanOf = (values: Iterable<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / rows.labels.length;
  return {
    ...{ attack, epsilon, accuracy: meanOf(right), meanLoss: meanOf(loss) },
    ...bootstrapMeanInterval(right, { ...input.bootstrap, random }),
  };
}
