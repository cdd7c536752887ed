/** The step `coverage`: do the sets of what was predicted hold the classes that people name? */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import { judgeCoverage } from '../ml/conformal/judge-coverage.ts';
import type { PredictedSets, Predictions, RowSelection } from '../ml/model.ts';
import type {
  DecisionRecord,
  ItemStatus,
  ReviewItem,
  ReviewItems,
} from '../workflows/run-state.ts';
import type { CoverageStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = CoverageStep['with'];
type Outputs = CoverageStep['outputs'];
type Figures = Outputs['sample'];

/**
 * Errors: `SPEC_INVALID` for predictions without sets; `DATA_INVALID` if predictions, flagged rows and
 * decisions are not of one another.
 */
export const coverageStep: Step<Input, Outputs> = {
  kind: 'coverage',

  async run(input, context) {
    const { store } = context;
    const [predictions, flagged, { gate }] = await Promise.all([
      store.getJson<Predictions>(input.predictions),
      store.getJson<RowSelection>(input.flagged),
      store.getJson<DecisionRecord>(input.decisions),
    ]);
    const { conformal } = predictions;
    if (!conformal) throw noSets();
    const shown = await store.getJson<ReviewItems>(gate.items);
    const items = flagged.rows.map((row) =>
      readItem(row, { predictions, conformal, subjects: gate.subjects, shown: shown.items }),
    );
    if (items.length !== gate.subjects.length) throw ofOthers('there are other items');
    const figures = figuresOf(items, { alpha: conformal.alpha, level: input.level });
    report(figures, context);
    const content = { alpha: conformal.alpha, level: input.level, ...figures, items };
    return {
      ...figures,
      alpha: conformal.alpha,
      report: await store.putJson(content, MEDIA_TYPE.coverage),
    };
  },
};

interface DecidedItem {
  readonly sourceRow: number;
  readonly set: readonly string[];
  /** The class that a person named; `null`: none did. */
  readonly label: string | null;
  readonly sampled: 'flagged' | 'accepted' | null;
}

interface ItemSources {
  readonly predictions: Predictions;
  readonly conformal: PredictedSets;
  readonly subjects: readonly ItemStatus[];
  readonly shown: readonly ReviewItem[];
}

/** What reviewers saw must be what these predictions say. */
function readItem(
  { row, sourceRow, sampled }: RowSelection['rows'][number],
  { predictions, conformal, subjects, shown }: ItemSources,
): DecidedItem {
  const item = shown.find((one) => one.sourceRow === sourceRow);
  const subject = subjects.find(({ id }) => id === item?.id);
  if (!item || !subject) throw ofOthers(`row ${sourceRow} was not asked about`);
  const set = conformal.sets[row]?.map((index) => predictions.classes[index] ?? '');
  const [own, seen] = [set, item.conformal?.set].map((one) => JSON.stringify(one));
  const isSame = predictions.sourceRows[row] === sourceRow && own === seen;
  if (set === undefined || !isSame) throw ofOthers(`row ${sourceRow} was shown with another set`);
  return { sourceRow, set, label: labelOf(subject, item), sampled: sampled ?? null };
}

/** A rejected item has some other class, or none; one that time decided was seen by nobody. */
function labelOf({ outcome, byTimeout, label }: ItemStatus, item: ReviewItem): string | null {
  if (byTimeout) return null;
  if (outcome === 'relabelled') return label;
  return outcome === 'approved' ? item.predicted : null;
}

type AllFigures = Pick<Outputs, 'alarm' | 'sample' | 'accepted' | 'flagged'>;

function figuresOf(
  items: readonly DecidedItem[],
  rule: { readonly alpha: number; readonly level: number },
): AllFigures {
  const count = (some: readonly DecidedItem[]) => {
    const decided = some.filter(({ label }) => label !== null);
    const covered = decided.filter(({ set, label }) => set.includes(label ?? ''));
    return { items: some.length, decided: decided.length, covered: covered.length };
  };
  const judge = (some: readonly DecidedItem[]): Figures => {
    const counts = count(some);
    return { ...counts, ...judgeCoverage(counts, rule) };
  };
  const sample = judge(items.filter(({ sampled }) => sampled !== null));
  const flagged = count(items.filter(({ sampled }) => sampled !== 'accepted'));
  return {
    alarm: sample.alarm,
    sample,
    accepted: judge(items.filter(({ sampled }) => sampled === 'accepted')),
    flagged: {
      ...flagged,
      coverage: flagged.decided === 0 ? null : flagged.covered / flagged.decided,
      ...{ low: null, high: null, pValue: null, alarm: false },
    },
  };
}

function report({ sample, accepted }: AllFigures, context: StepContext): void {
  const { items, decided, covered, pValue, alarm } = sample;
  if (items === 0) {
    context.log(
      'warn',
      'no row was drawn at random, so nothing is known of the coverage of all rows',
    );
    return;
  }
  if (decided < items) {
    context.log(
      'warn',
      `${items - decided} of ${items} drawn rows have no class that a person named: if those are the hard ones, coverage is lower than it looks`,
    );
  }
  const found = `${covered} of ${decided} drawn rows are covered`;
  const chance = pValue === null ? '' : `, p = ${pValue.toPrecision(3)}`;
  context.log(alarm ? 'warn' : 'info', `${found}${chance}${alarm ? ': fewer than promised' : ''}`);
  if (accepted.alarm) context.log('warn', 'more than alpha of what is accepted unseen is wrong');
}

function noSets(): PipelineError {
  return new PipelineError('SPEC_INVALID', 'coverage: these predictions have no conformal sets', {
    remedy: 'give `flag.conformal` to the predict step',
  });
}

function ofOthers(found: string): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `coverage: the decisions are not about these predictions: ${found}`,
    { remedy: 'give predictions, flagged rows and decisions of one predict step and its review' },
  );
}
