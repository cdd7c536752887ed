import { PipelineError } from '../../errors.ts';
import type { ProductionFigure } from '../../ml/audit/audit-report.ts';
import { pairedTest, verdictOf } from '../../ml/audit/paired-test.ts';
import { likeliestClass } from '../../ml/audit/metrics.ts';
import { productionComparison } from '../../ml/audit/production-check.ts';
import { CounterRandom } from '../../ml/random.ts';
import { answersOfProduction, type NamedModel } from '../compare-answers.ts';
import { findModel } from '../model-in-registry.ts';
import { nothingUnseen, rowsSeenByEither } from '../rows-seen-by-either.ts';
import { USUAL_ALPHA } from './baselines.ts';
import type { Audited, AuditInput, AuditSection } from './section.ts';

/** The model against the one in production, on rows that neither was fitted to. */
export const production: AuditSection = {
  require({ production: settings, checks }) {
    if (settings && (settings.name === undefined) === (settings.model === undefined)) {
      const message = 'audit: production needs either `name` or `model`';
      throw new PipelineError('SPEC_INVALID', message, { remedy: 'give one of them' });
    }
    if (settings || checks.notWorseThanProduction === undefined) return;
    const message = 'audit: notWorseThanProduction is a bound on `production`, which is not given';
    throw new PipelineError('SPEC_INVALID', message, {
      remedy: 'say in `production` which model that is, or take the bound away',
    });
  },
  async measure(audited) {
    const { production: settings } = audited.input;
    if (!settings) return {};
    const version = await find(settings, audited);
    return {
      production: version === null ? { verdict: 'first' } : await against(version, audited),
    };
  },
  compare: (figures, bounds) => productionComparison(figures, bounds),
  warnings: ({ production: figure }) => {
    if (figure?.verdict !== 'worse') return [];
    const { difference, pValue } = figure;
    const found = `${difference.value.toFixed(4)} in accuracy, p = ${pValue.toPrecision(2)}`;
    return [`the model is worse than the one in production: ${found}`];
  },
  outputs: ({ production: figure }) => {
    if (!figure) return {};
    return {
      production: {
        verdict: figure.verdict,
        version: figure.verdict === 'first' ? null : figure.version,
        difference: figure.verdict === 'first' ? null : figure.difference.value,
        pValue: figure.verdict === 'first' ? null : figure.pValue,
      },
    };
  },
};

interface Found extends NamedModel {
  readonly version: number | null;
}

async function find(
  { name, alias, model }: NonNullable<AuditInput['production']>,
  { context }: Audited,
): Promise<Found | null> {
  if (model !== undefined) return { who: 'the model in production', version: null, model };
  const found = await findModel({ name: name ?? '', alias }, context);
  return found && { ...found, who: `${found.name} version ${found.version}` };
}

async function against(other: Found, audited: Audited): Promise<ProductionFigure> {
  const { input, loaded, table, context } = audited;
  const { part } = loaded;
  const answers = await answersOfProduction(other, part, context);
  const isSeen = await rowsSeenByEither(
    { candidate: input.model, other, production: answers, part, name: input.part },
    context,
  );
  const rows = [...isSeen.keys()].filter((row) => !isSeen[row]);
  if (rows.length === 0) throw nothingUnseen(input.part, other);
  const right = (says: (row: number) => boolean) =>
    Uint8Array.from(rows, (row) => (says(row) ? 1 : 0));
  const ours = right((row) => likeliestClass(table, row) === part.y[row]);
  const { classes } = part.manifest;
  const theirs = right((row) => answers.answers[row]?.says === classes[part.y[row] ?? -1]);
  const test = pairedTest(ours, theirs, {
    ...input.bootstrap,
    random: new CounterRandom({ seed: input.seed, stream: 'audit-production' }),
  });
  const alpha = input.checks.notWorseThanProduction?.alpha ?? USUAL_ALPHA;
  const share = (flags: Uint8Array) => flags.reduce((sum, one) => sum + one, 0) / flags.length;
  return {
    verdict: verdictOf(test, { alpha, minImprovement: 0 }),
    version: other.version,
    model: other.model,
    rows: rows.length,
    leftOut: part.rows - rows.length,
    accuracy: share(ours),
    productionAccuracy: share(theirs),
    difference: test.difference,
    pValue: test.pValue,
    counts: test.counts,
  };
}
