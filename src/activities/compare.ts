/** The step `compare`: is a new model better than the one in production? */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { pairedTest, verdictOf, type PairCounts } from '../ml/audit/paired-test.ts';
import type { RowSelection } from '../ml/model.ts';
import { CounterRandom } from '../ml/random.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { nothingUnseen, rowsSeenByEither } from './rows-seen-by-either.ts';
import { answersOfCandidate, answersOfProduction, type Answer } from './compare-answers.ts';
import { findModel } from './model-in-registry.ts';
import { requireRows } from './model-on-data.ts';
import type { CompareStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = CompareStep['with'];
type Outputs = CompareStep['outputs'];
type Figures = Omit<Outputs, 'flagged' | 'flaggedRows' | 'report'>;

const BOOTSTRAP_SAMPLES = 2_000;

/**
 * Tests the candidate and the model in production on the same rows, as pairs. Rows that either
 * was fitted to are left out: a new split may have put them into this part.
 *
 * Errors: `SHAPE_MISMATCH` if a model does not fit the data; `DATA_INVALID` if no row is left to
 * compare on; `MODEL_INVALID`, `ARTIFACT_NOT_FOUND` and `ARTIFACT_CORRUPT` as loading a model.
 */
export const compareStep: Step<Input, Outputs> = {
  kind: 'compare',

  async run(input, context) {
    const part = await loadPart(context.store, input.dataset, input.part);
    requireRows(part, input.part);
    const version = await findModel(input.production, context);
    const candidate = await answersOfCandidate(input.candidate, part, context);
    if (version === null) {
      const pairs = pairsOf(part, candidate, candidate);
      return publish(input, { figures: firstOf(pairs), pairs: [], version, counts: null }, context);
    }
    const other = { who: `${version.name} version ${version.version}`, model: version.model };
    const production = await answersOfProduction(other, part, context);
    const seen = { candidate: input.candidate, other, production, part, name: input.part };
    const isSeen = await rowsSeenByEither(seen, context);
    const pairs = pairsOf(part, candidate, production.answers).filter(({ row }) => !isSeen[row]);
    if (pairs.length === 0) throw nothingUnseen(input.part, other);
    const { figures, counts } = judge(input, pairs, version);
    const leftOut = part.rows - pairs.length;
    return publish(input, { figures: { ...figures, leftOut }, pairs, version, counts }, context);
  },
};

interface Pair {
  readonly row: number;
  readonly sourceRow: number;
  readonly label: string;
  readonly candidate: Answer;
  readonly production: Answer;
}

function pairsOf(
  { manifest, y, sourceRows }: LoadedPart,
  candidate: readonly Answer[],
  production: readonly Answer[],
): Pair[] {
  return Array.from(y, (label, row) => ({
    row,
    sourceRow: sourceRows[row] as number,
    label: manifest.classes[label] as string,
    candidate: candidate[row] as Answer,
    production: production[row] as Answer,
  }));
}

const isRight = (who: 'candidate' | 'production', pairs: readonly Pair[]): Uint8Array =>
  Uint8Array.from(pairs, (pair) => (pair[who].says === pair.label ? 1 : 0));
const shareOf = (right: Uint8Array): number =>
  right.reduce((sum, value) => sum + value, 0) / right.length;
const disagree = ({ candidate, production }: Pair): boolean => candidate.says !== production.says;

function firstOf(pairs: readonly Pair[]): Figures {
  return {
    verdict: 'first',
    pValue: null,
    difference: null,
    candidateAccuracy: shareOf(isRight('candidate', pairs)),
    productionAccuracy: null,
    productionVersion: null,
    disagreements: 0,
    rows: pairs.length,
    leftOut: 0,
  };
}

function judge(
  { alpha, minImprovement, seed }: Input,
  pairs: readonly Pair[],
  { version }: ModelVersion,
): { figures: Figures; counts: PairCounts } {
  const [ours, theirs] = [isRight('candidate', pairs), isRight('production', pairs)];
  const test = pairedTest(ours, theirs, {
    samples: BOOTSTRAP_SAMPLES,
    confidence: 1 - alpha,
    random: new CounterRandom({ seed, stream: 'compare-bootstrap' }),
  });
  const disagreements = pairs.filter(disagree).length;
  const figures: Figures = {
    // Two models that say the same of every row leave nothing to choose, and nothing to ask.
    verdict: disagreements === 0 ? 'same' : verdictOf(test, { alpha, minImprovement }),
    pValue: test.pValue,
    difference: test.difference,
    candidateAccuracy: shareOf(ours),
    productionAccuracy: shareOf(theirs),
    productionVersion: version,
    disagreements,
    rows: pairs.length,
    leftOut: 0,
  };
  return { figures, counts: test.counts };
}

/** Rows that only people can settle, those that the candidate is least sure of first. */
function flag(verdict: Outputs['verdict'], pairs: readonly Pair[], maxItems: number): Pair[] {
  if (verdict !== 'unsure') return [];
  return pairs
    .filter(disagree)
    .sort((a, b) => a.candidate.confidence - b.candidate.confidence || a.row - b.row)
    .slice(0, maxItems);
}

const reasonOf = ({ candidate, production }: Pair): string =>
  `the new model says ${shown(candidate)}, production says ${shown(production)}`;
const shown = ({ says, confidence }: Answer): string => `${says} (${confidence.toFixed(2)})`;

interface Finding {
  readonly figures: Figures;
  readonly pairs: readonly Pair[];
  readonly version: ModelVersion | null;
  readonly counts: PairCounts | null;
}

async function publish(
  input: Input,
  { figures, pairs, version, counts }: Finding,
  context: StepContext,
): Promise<Outputs> {
  const flagged = flag(figures.verdict, pairs, input.maxItems);
  const selection: RowSelection = {
    part: input.part,
    rows: flagged.map((pair) => ({
      row: pair.row,
      sourceRow: pair.sourceRow,
      reason: reasonOf(pair),
    })),
  };
  const { candidate, dataset, ...settings } = input;
  const report = {
    ...figures,
    ...settings,
    test: 'McNemar, exact, two-sided',
    counts,
    bootstrapSamples: BOOTSTRAP_SAMPLES,
    models: { candidate, production: version?.model ?? null },
    dataset,
  };
  context.log('info', summaryOf(input, figures));
  return {
    ...figures,
    flagged: await context.store.putJson(selection, MEDIA_TYPE.rows),
    flaggedRows: flagged.length,
    report: await context.store.putJson(report, MEDIA_TYPE.comparison),
  };
}

function summaryOf({ production: { name, alias } }: Input, figures: Figures): string {
  const { verdict, difference, pValue, rows, leftOut, productionVersion } = figures;
  if (difference === null || pValue === null) return `no ${name} is ${alias} yet: first`;
  const { value, low, high } = difference;
  const range = `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  return `${verdict} against ${name} version ${productionVersion}: accuracy differs by ${range}, p = ${pValue.toPrecision(3)}, ${rows} rows, ${leftOut} left out`;
}
