/** Whether the model says the same twice, and what another seed of training would have said. */
import { PipelineError } from '../../errors.ts';
import type { StochasticityFigures } from '../../ml/audit/audit-report.ts';
import { atMost } from '../../ml/audit/checks.ts';
import { predictedClasses, type ProbabilityTable } from '../../ml/audit/metrics.ts';
import { loadClassifier, type Classifier } from '../../ml/classifier.ts';
import { CounterRandom } from '../../ml/random.ts';
import { predictRows, requireFit } from '../model-on-data.ts';
import type { Audited, AuditSection } from './section.ts';

type Stochasticity = StochasticityFigures['stochasticity'];

/** Rows of a batch that no packet of the backend has as its size. */
const ODD_BATCH = 7;

export const stochasticity: AuditSection = {
  require({ stochasticity: settings, checks }) {
    const { repeatability, churn } = checks;
    const name =
      repeatability && !settings ? 'repeatability' : churn && !settings?.others ? 'churn' : null;
    if (name === null) return;
    const key = name === 'churn' ? 'stochasticity: { others: [...] }' : 'stochasticity: {}';
    throw new PipelineError('SPEC_INVALID', `audit: ${name} has a bound and is not measured`, {
      remedy: `add \`${key}\`, or take the bound away`,
    });
  },
  measure: async (audited) =>
    audited.input.stochasticity ? { stochasticity: await repeat(audited) } : {},
  compare({ stochasticity: figures }, { repeatability, churn }) {
    if (!figures) return [];
    const { differingRows, rows } = figures;
    return [
      ...(repeatability
        ? [
            atMost(
              {
                name: 'repeatability',
                value: differingRows / rows,
                what: 'the share of rows that are answered otherwise when asked again',
              },
              repeatability,
            ),
          ]
        : []),
      ...(churn && figures.churn
        ? [
            atMost(
              {
                name: 'churn',
                value: figures.churn.share,
                what: 'the share of rows whose class depends on the training',
              },
              churn,
            ),
          ]
        : []),
    ];
  },
  warnings({ stochasticity: figures }) {
    if (!figures || figures.differingRows === 0) return [];
    return [
      `${figures.differingRows} of ${figures.rows} rows are answered otherwise when asked again`,
    ];
  },
};

async function repeat(audited: Audited): Promise<Stochasticity> {
  const { input, loaded, table, context } = audited;
  const { rows } = loaded.part;
  const differing = new Uint8Array(rows);
  let largest = 0;
  const compare = (again: Float32Array) => {
    largest = Math.max(largest, markDifferences(table, again, differing));
  };
  compare(await askInOtherOrder(loaded.classifier, audited));
  const fresh = await loadClassifier(context.store, input.model);
  try {
    compare((await predictRows(fresh.classifier, loaded.part, context)).values);
  } finally {
    fresh.classifier.dispose();
  }
  const { others } = input.stochasticity ?? {};
  return {
    rows,
    differingRows: differing.reduce((sum, one) => sum + one, 0),
    largestDifference: largest,
    churn: others ? await measureChurn(audited, others) : null,
  };
}

/** The same rows, in an order by the seed and in batches of seven. */
async function askInOtherOrder(
  classifier: Classifier,
  { input, loaded: { part }, table, context }: Audited,
): Promise<Float32Array> {
  const { rows, x } = part;
  const values = x.length / rows;
  const random = new CounterRandom({ seed: input.seed, stream: 'audit-stochasticity' });
  const order = random.permutation(rows);
  const again = new Float32Array(rows * table.classes);
  for (let first = 0; first < rows; first += ODD_BATCH) {
    context.signal.throwIfAborted();
    context.heartbeat();
    const some = order.subarray(first, first + ODD_BATCH);
    const batch = new Float32Array(some.length * values);
    some.forEach((row, at) => batch.set(x.subarray(row * values, (row + 1) * values), at * values));
    const answers = await classifier.predict(batch, some.length);
    some.forEach((row, at) =>
      again.set(
        answers.subarray(at * table.classes, (at + 1) * table.classes),
        row * table.classes,
      ),
    );
  }
  return again;
}

/** @returns the largest difference of a probability. */
function markDifferences(
  { values, classes }: ProbabilityTable,
  again: Float32Array,
  differing: Uint8Array,
): number {
  let largest = 0;
  again.forEach((value, at) => {
    const difference = Math.abs(value - (values[at] as number));
    if (difference === 0) return;
    differing[Math.floor(at / classes)] = 1;
    largest = Math.max(largest, difference);
  });
  return largest;
}

/** @see Milani Fard et al. 2016, Launch and Iterate: Reducing Prediction Churn */
async function measureChurn(
  { loaded: { part }, table, context }: Audited,
  others: NonNullable<NonNullable<Audited['input']['stochasticity']>['others']>,
): Promise<NonNullable<Stochasticity['churn']>> {
  const own = predictedClasses(table);
  const changed = new Uint8Array(part.rows);
  const shares: number[] = [];
  for (const [index, ref] of others.entries()) {
    const { classifier, manifest } = await loadClassifier(context.store, ref);
    try {
      requireFit(manifest.input, part, `stochasticity.others[${index}]`);
      const theirs = predictedClasses(await predictRows(classifier, part, context));
      const differs = theirs.map((one, row) => Number(one !== own[row]));
      differs.forEach((one, row) => (changed[row] = (changed[row] ?? 0) | one));
      shares.push(differs.reduce((sum, one) => sum + one, 0) / part.rows);
    } finally {
      classifier.dispose();
    }
  }
  return {
    models: others.length,
    share: changed.reduce((sum, one) => sum + one, 0) / part.rows,
    mean: shares.reduce((sum, one) => sum + one, 0) / shares.length,
  };
}
