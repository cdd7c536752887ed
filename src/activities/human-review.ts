/**
 * Opens a review gate: makes what people are shown of each flagged row, and stores it. The
 * workflow then waits for their decisions and composes the outputs of the step.
 */
import { MEDIA_TYPE, type ArtifactStore } from '../artifacts/artifact.ts';
import { loadPart } from '../data/load-part.ts';
import { loadShown } from '../data/load-shown.ts';
import { PipelineError } from '../errors.ts';
import type { Explanations, Gallery, Predictions, RowSelection } from '../ml/model.ts';
import type { GateOpening, ReviewItem, ReviewItems } from '../workflows/run-state.ts';
import { createQuestion, createReviewItem, type ReviewMaterial } from './review-item.ts';
import type { HumanReviewStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = HumanReviewStep['with'];

/** The opening lists every item in the workflow's history. */
const MAX_ITEMS = 500;

/**
 * Result: a `GateOpening`.
 *
 * Errors: `SPEC_INVALID` without rows and question; `DATA_TOO_LARGE` for more than 500 items; `DATA_INVALID` if the flagged rows are not
 * rows of the predictions and the data set, or one is there twice.
 */
export const humanReviewStep: Step<Input, GateOpening> = {
  kind: 'human-review',

  async run(input, context) {
    const { store, stepId } = context;
    if (input.question) return ask(input, input.question, context);
    const rows = rowsOf(input);
    const flagged = await store.getJson<RowSelection>(rows.flagged);
    checkCount(flagged, stepId);
    const material = await loadMaterial(rows, flagged, store);
    const items = flagged.rows.map((row) => createReviewItem(row, { ...material, gateId: stepId }));
    checkDistinct(items, stepId);
    const classes = material.predictions.classes;
    const content: ReviewItems = {
      gateId: stepId,
      instructions: input.instructions ?? '',
      classes,
      items,
    };
    context.log('info', `${items.length} items to review`, { items: items.length });
    return {
      items: await store.putJson(content, MEDIA_TYPE.reviewItems),
      subjects: items.map(({ id, subjectDigest }) => ({ id, digest: subjectDigest })),
      classes,
    };
  },
};

/** One item, which people answer with yes or no: there are no classes to correct it to. */
async function ask(
  { instructions = '' }: Input,
  question: NonNullable<Input['question']>,
  context: StepContext,
): Promise<GateOpening> {
  const { store, stepId } = context;
  const item = createQuestion(question, stepId);
  const content: ReviewItems = { gateId: stepId, instructions, classes: [], items: [item] };
  context.log('info', `a question to people: ${question.text}`, { items: 1 });
  return {
    items: await store.putJson(content, MEDIA_TYPE.reviewItems),
    subjects: [{ id: item.id, digest: item.subjectDigest }],
    classes: [],
  };
}

type Rows = Input & Required<Pick<Input, 'predictions' | 'flagged' | 'dataset'>>;

/** The compiler has seen to it; a worker may be given what no compiler saw. */
function rowsOf(input: Input): Rows {
  const { predictions, flagged, dataset } = input;
  if (predictions && flagged && dataset) return { ...input, predictions, flagged, dataset };
  throw new PipelineError('SPEC_INVALID', 'a review without `question` is of flagged rows', {
    remedy: 'give `predictions`, `flagged` and `dataset`, or a `question`',
  });
}

async function loadMaterial(
  input: Rows,
  flagged: RowSelection,
  store: ArtifactStore,
): Promise<Omit<ReviewMaterial, 'gateId'>> {
  const [predictions, data, shown, explanations, gallery] = await Promise.all([
    store.getJson<Predictions>(input.predictions),
    loadPart(store, input.dataset, flagged.part),
    loadShown(store, input.dataset, flagged.part),
    input.explanations ? store.getJson<Explanations>(input.explanations) : null,
    input.gallery ? store.getJson<Gallery>(input.gallery) : null,
  ]);
  if (predictions.part !== flagged.part) {
    throw new PipelineError(
      'DATA_INVALID',
      `the flagged rows are of the ${flagged.part} part, the predictions of the ${predictions.part} part`,
      { remedy: 'give `flagged` and `predictions` of the same predict step' },
    );
  }
  return { predictions, data, shown, explanations, gallery };
}

function checkCount({ rows }: RowSelection, stepId: string): void {
  if (rows.length <= MAX_ITEMS) return;
  throw new PipelineError(
    'DATA_TOO_LARGE',
    `review "${stepId}" would ask about ${rows.length} rows; at most ${MAX_ITEMS} fit one gate`,
    { remedy: 'lower `flag.maxItems` or `flag.sample` of the predict step, or flag fewer rows' },
  );
}

function checkDistinct(items: readonly ReviewItem[], stepId: string): void {
  const seen = new Set<string>();
  for (const { id, sourceRow } of items) {
    if (seen.has(id)) {
      throw new PipelineError(
        'DATA_INVALID',
        `review "${stepId}" has source row ${sourceRow} twice`,
      );
    }
    seen.add(id);
  }
}
