/** Which members of a fusion a row went through, in words. */
import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { loadClassifier } from '../../ml/classifier.ts';
import { decodeModel } from '../../ml/decode-model.ts';
import type { FusionManifest, RowExplanation } from '../../ml/model.ts';
import { requireFit } from '../model-on-data.ts';
import type { StepContext } from '../step.ts';
import { need, type VisualizeInput } from './drawing.ts';

export interface ExplainedRows {
  readonly part: VisualizeInput['part'];
  readonly rows: readonly RowExplanation[];
}

/**
 * Of a cascade what each member said until one was believed, of a chain what the first handed on.
 *
 * @returns one text for each row; none for models that rows do not go through in turn.
 * @throws PipelineError `DATA_INVALID` if the explanations are of other rows.
 */
export async function memberPaths(
  input: VisualizeInput,
  { part: name, rows }: ExplainedRows,
  context: StepContext,
): Promise<readonly string[]> {
  const { store } = context;
  const model = need(input, 'model', 'decision-path');
  const manifest = decodeModel(await store.getJson<Json>(model));
  if (manifest.type !== 'fusion') return [];
  if (manifest.method !== 'cascade' && manifest.method !== 'chain') return [];
  const part = await loadPart(store, need(input, 'dataset', 'decision-path'), name);
  requireFit(manifest.input, part, 'the model');
  const paths: string[] = [];
  const asked = manifest.method === 'cascade' ? manifest.members : manifest.members.slice(0, 1);
  const answers = await askMembers(asked, { part, rows, context });
  for (const [at, row] of rows.entries()) {
    const own = answers.map((answer) => answer[at] as Answer);
    paths.push(pathOf(manifest, own, row));
  }
  return paths;
}

interface Answer {
  readonly predicted: string;
  readonly probability: number;
}

/** @returns `[members][rows]`. */
async function askMembers(
  members: FusionManifest['members'],
  { part, rows, context }: { part: LoadedPart; rows: ExplainedRows['rows']; context: StepContext },
): Promise<Answer[][]> {
  const width = part.x.length / part.rows;
  const x = new Float32Array(rows.length * width);
  rows.forEach(({ row, sourceRow }, at) => {
    if (part.sourceRows[row] !== sourceRow) throw otherRows(sourceRow);
    x.set(part.x.subarray(row * width, (row + 1) * width), at * width);
  });
  const answers: Answer[][] = [];
  for (const member of members) {
    context.signal.throwIfAborted();
    const { classifier } = await loadClassifier(context.store, member);
    try {
      const { classes } = classifier;
      const values = await classifier.predict(x, rows.length);
      answers.push(
        rows.map((_, at) => {
          const own = values.subarray(at * classes.length, (at + 1) * classes.length);
          const probability = Math.max(...own);
          return { predicted: classes[own.indexOf(probability)] ?? '?', probability };
        }),
      );
    } finally {
      classifier.dispose();
    }
  }
  return answers;
}

function otherRows(sourceRow: number): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `visualize: source row ${sourceRow} of the explanations is not of this data set`,
    { remedy: 'give the data set that was explained' },
  );
}

function pathOf(manifest: FusionManifest, answers: readonly Answer[], row: RowExplanation): string {
  const said = ({ predicted, probability }: Answer): string =>
    `“${predicted}” ${probability.toFixed(3)}`;
  if (manifest.method === 'chain') {
    const what = manifest.layer === undefined ? '' : `, of which it hands on ${manifest.layer}`;
    const { classes } = manifest.input;
    const last = { predicted: classes[row.classIndex] ?? '?', probability: row.output };
    return `member 1 ${answers.map(said).join()}${what} → member 2 ${said(last)}`;
  }
  const thresholds = manifest.method === 'cascade' ? manifest.thresholds : [];
  const steps: string[] = [];
  for (const [member, answer] of answers.entries()) {
    const threshold = thresholds[member];
    const isLast = threshold === undefined;
    const isBelieved = isLast || answer.probability >= threshold;
    const why = isLast ? 'the last' : `${isBelieved ? 'at least' : 'below'} ${threshold}`;
    steps.push(`member ${member + 1} ${said(answer)}, ${why}`);
    if (isBelieved) break;
  }
  return steps.join(' → ');
}
