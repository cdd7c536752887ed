/** What a reviewer is shown of one row. Never the true label: it would decide for them. */
import { sha256Hex } from '../artifacts/artifact-uri.ts';
import { decodeRow } from '../data/decode-row.ts';
import type { ShownRows } from '../data/dataset.ts';
import type { LoadedPart } from '../data/load-part.ts';
import { shownRow } from '../data/load-shown.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import { explanationInWords } from '../ml/explain/explanation-in-words.ts';
import { isReliable } from '../ml/explain/reliability.ts';
import type { Explanations, Gallery, Predictions, RowSelection } from '../ml/model.ts';
import type { ReviewItem } from '../workflows/run-state.ts';

export interface ReviewMaterial {
  readonly gateId: string;
  readonly predictions: Predictions;
  readonly data: LoadedPart;
  /** Of the part's rows. */
  readonly shown: ShownRows;
  readonly explanations: Explanations | null;
  readonly gallery: Gallery | null;
}

type FlaggedRow = RowSelection['rows'][number];

const TOP_CLASSES = 5;
const TOP_ATTRIBUTIONS = 10;
/** Characters of a passage: enough to find it in the text. */
const MAX_PASSAGE = 240;

/** @throws PipelineError `DATA_INVALID` if the row is not one of the predictions and the data. */
export function createReviewItem(flagged: FlaggedRow, material: ReviewMaterial): ReviewItem {
  const { gateId, predictions, data, shown } = material;
  const { row, sourceRow, reason } = flagged;
  const probabilities = predictions.probabilities[row];
  if (
    probabilities === undefined ||
    predictions.sourceRows[row] !== sourceRow ||
    data.sourceRows[row] !== sourceRow
  ) {
    throw new PipelineError(
      'DATA_INVALID',
      `review "${gateId}": flagged row ${row} (source row ${sourceRow}) is not that row of the predictions and the data set`,
      { remedy: 'give flagged rows, predictions and data set of one predict step' },
    );
  }
  const top = likeliest(predictions.classes, probabilities);
  const subject = {
    id: `${gateId}-${sourceRow}`,
    sourceRow,
    reason,
    input: decodeRow(data.manifest.encoders, encodedRow(data, row), shownRow(shown, row)),
    predicted: top[0]?.class ?? '',
    top,
    ...conformalOf(row, predictions),
    explanation: explanationOf(sourceRow, material),
    picture: pictureOf(sourceRow, material.gallery),
  };
  return { ...subject, subjectDigest: subjectDigestOf(subject) };
}

/** What a reviewer is shown of a question that is about no row. */
export function createQuestion(
  { text, facts = {} }: { readonly text: string; readonly facts?: QuestionFacts },
  gateId: string,
): ReviewItem {
  const subject = {
    id: `${gateId}-question`,
    sourceRow: null,
    reason: text,
    input: { kind: 'question' as const, text, facts },
    predicted: null,
    top: [],
    explanation: null,
    picture: null,
  };
  return { ...subject, subjectDigest: subjectDigestOf(subject) };
}

type QuestionFacts = Extract<ReviewItem['input'], { kind: 'question' }>['facts'];

/** The digest that a decision binds to; a reader of items checks it with this too. */
export function subjectDigestOf(subject: Omit<ReviewItem, 'subjectDigest'>): string {
  return sha256Hex(canonicalJson(subject as unknown as Json));
}

function encodedRow({ x, rows }: LoadedPart, row: number): Float32Array {
  const width = x.length / rows;
  return x.subarray(row * width, (row + 1) * width);
}

/** Ties keep the order of the classes, so the first is the one that argmax finds. */
function likeliest(
  classes: readonly string[],
  probabilities: readonly number[],
): ReviewItem['top'] {
  return classes
    .map((name, index) => ({ class: name, probability: probabilities[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, TOP_CLASSES);
}

function conformalOf(
  row: number,
  { classes, conformal }: Predictions,
): Pick<ReviewItem, 'conformal'> {
  const set = conformal?.sets[row]?.map((index) => classes[index] ?? '');
  return conformal && set ? { conformal: { alpha: conformal.alpha, set } } : {};
}

function explanationOf(
  sourceRow: number,
  { explanations, predictions }: ReviewMaterial,
): ReviewItem['explanation'] {
  if (explanations === null || explanations.part !== predictions.part) return null;
  const found = explanations.rows.find((row) => row.sourceRow === sourceRow);
  if (found === undefined) return null;
  const values =
    (found.parts ?? found.passages)?.map(({ text, value }) => ({
      feature: shortened(text),
      value,
    })) ??
    found.attributions.map((value, index) => ({
      feature: explanations.featureNames[index] ?? '',
      value,
    }));
  const attributions = values
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, TOP_ATTRIBUTIONS);
  const { method } = explanations;
  // The figure that a reviewer sees must be the one that may make the explanation unreliable.
  const error = Math.max(found.error ?? 0, found.samplingError ?? 0);
  const inWords = explanationInWords(found);
  const explanation = { method, error, reliable: isReliable(found), attributions };
  return inWords.length === 0 ? explanation : { ...explanation, inWords };
}

function shortened(text: string): string {
  return text.length > MAX_PASSAGE ? `${text.slice(0, MAX_PASSAGE)}…` : text;
}

function pictureOf(sourceRow: number, gallery: Gallery | null): ReviewItem['picture'] {
  const overlay = gallery?.pictures.find(
    (picture) => picture.type === 'attribution-overlay' && picture.sourceRow === sourceRow,
  );
  return overlay?.png ?? null;
}
