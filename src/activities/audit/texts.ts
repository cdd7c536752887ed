/** The audit of a model that writes a text: a row is right where the very text is written. */
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import { againstBaseline, majorityClass, type Baseline } from '../../ml/audit/baseline.ts';
import { corpusBleu } from '../../ml/audit/bleu.ts';
import { bootstrapMeanInterval } from '../../ml/audit/bootstrap.ts';
import { calibrationOf } from '../../ml/audit/calibration.ts';
import { atLeast } from '../../ml/audit/checks.ts';
import type { BaselineFigures, TextFigures } from '../../ml/audit/audit-report.ts';
import { CounterRandom } from '../../ml/random.ts';
import { USUAL_ALPHA } from './baselines.ts';
import type { StepContext } from '../step.ts';
import type { AuditInput, AuditSection, Figures } from './section.ts';
import { referencesOf } from '../write-rows.ts';
import { exactShare, GREEDY, wordPairs, writePart, type WrittenRow } from '../writer-on-data.ts';

/** BLEU, measured where a model writes a text. */
export const texts: AuditSection = {
  compare: ({ texts: figures }, { bleu }) => {
    if (!figures || !bleu) return [];
    return [atLeast({ name: 'bleu', value: figures.bleu.value, what: 'BLEU' }, bleu)];
  },
  outputs: ({ texts: figures }) => (figures ? { bleu: figures.bleu.value } : {}),
};

/**
 * What the sections measure of models that give classes, as far as it can be said of texts.
 *
 * @throws PipelineError `SPEC_UNSUPPORTED` for what is measured of classes alone; as `writePart`.
 */
export async function measureTexts(
  input: AuditInput,
  context: StepContext,
): Promise<Figures & TextFigures> {
  requireOfTexts(input);
  const decoding = input.decoding ?? GREEDY;
  const { part, rows } = await writePart({ ...input, decoding }, context);
  const right = rightOf(rows);
  const random = new CounterRandom({ seed: input.seed, stream: 'audit-bootstrap' });
  const interval = bootstrapMeanInterval(right, { ...input.bootstrap, random });
  const calibration = calibrate(rows, input.calibrationBins);
  return {
    part: input.part,
    rows: rows.length,
    accuracy: { value: exactShare(rows), ...interval },
    confidence: input.bootstrap.confidence,
    bootstrapSamples: input.bootstrap.samples,
    ...{ perClass: [], confusion: [], noise: [], groups: [] },
    expectedCalibrationError: calibration.expectedCalibrationError,
    calibrationBins: calibration.bins,
    baselines: await measureBaselines(input, { part, right }, context),
    texts: { bleu: corpusBleu(wordPairs(rows)), decoding },
    seed: input.seed,
  };
}

/** @throws PipelineError `SPEC_INVALID` for settings of texts beside a model that gives classes. */
export function requireOfClasses({ decoding, checks }: AuditInput): void {
  const stray = decoding ? 'decoding' : checks.bleu ? 'bleu' : null;
  if (stray === null) return;
  const message = `audit: ${stray} is for models that write a text, and this one gives classes`;
  throw new PipelineError('SPEC_INVALID', message, { remedy: `remove ${stray}` });
}

const SETTINGS_OF_TEXTS: readonly string[] = [
  ...['model', 'dataset', 'part', 'baseline', 'decoding', 'bootstrap', 'calibrationBins', 'checks'],
  ...['onFail', 'seed'],
];
const CHECKS_OF_TEXTS: readonly string[] = [
  ...['accuracy', 'bleu', 'accuracyLowerBound', 'calibration', 'beatsBaseline'],
];

function requireOfTexts(input: AuditInput): void {
  const strayIn = (given: object, known: readonly string[]) =>
    Object.entries(given).find(([name, value]) => value !== undefined && !known.includes(name));
  const [stray] = strayIn(input, SETTINGS_OF_TEXTS) ?? strayIn(input.checks, CHECKS_OF_TEXTS) ?? [];
  if (stray === undefined) return;
  throw new PipelineError(
    'SPEC_UNSUPPORTED',
    `audit: ${stray} is measured of classes, and the model writes a text`,
    { remedy: 'remove it' },
  );
}

const rightOf = (rows: readonly WrittenRow[]): Int32Array =>
  Int32Array.from(rows, ({ isExact }) => (isExact ? 1 : 0));

/** As of one class that each row is said to be, with the confidence of its text. */
function calibrate(rows: readonly WrittenRow[], bins: number) {
  const table = {
    values: Float32Array.from(rows, ({ confidence }) => confidence),
    rows: rows.length,
    classes: 1,
  };
  return calibrationOf(
    rightOf(rows).map((right) => 1 - right),
    table,
    bins,
  );
}

interface AuditedRows {
  readonly part: LoadedPart;
  readonly right: Int32Array;
}

/** The most frequent text of the training part, and a simple model where one is given. */
async function measureBaselines(
  input: AuditInput,
  { part, right }: AuditedRows,
  context: StepContext,
): Promise<BaselineFigures['baselines']> {
  const baselines: Baseline[] = [
    { name: 'majority', predicted: await majority(input, part, context) },
  ];
  if (input.baseline) {
    const model = { ...input, model: input.baseline, decoding: GREEDY };
    baselines.push({ name: 'model', predicted: rightOf((await writePart(model, context)).rows) });
  }
  // Every row can be right: that is its label here.
  const labels = new Int32Array(right.length).fill(1);
  return baselines.map((baseline) =>
    againstBaseline(labels, right, baseline, {
      ...input.bootstrap,
      alpha: input.checks.beatsBaseline?.alpha ?? USUAL_ALPHA,
      random: new CounterRandom({ seed: input.seed, stream: `audit-baseline-${baseline.name}` }),
    }),
  );
}

/** Which rows are right where every answer is the training part's most frequent text. */
async function majority(
  { dataset }: AuditInput,
  part: LoadedPart,
  { store }: StepContext,
): Promise<Int32Array> {
  const encoder = part.manifest.targetEncoder;
  if (!encoder) throw new PipelineError('INTERNAL', 'the target is no text');
  const train = await loadPart(store, dataset, 'train');
  const known = referencesOf(encoder, train.rows > 0 ? train.y : part.y).map(({ text }) => text);
  const texts = [...new Set(known)];
  const numbers = new Map(texts.map((text, number) => [text, number]));
  const frequent = majorityClass(
    known.map((text) => numbers.get(text) ?? 0),
    texts.length,
  );
  return Int32Array.from(referencesOf(encoder, part.y), ({ text, isWhole }) =>
    isWhole && text === texts[frequent] ? 1 : 0,
  );
}
