import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import { loadPart } from '../../data/load-part.ts';
import { suggest } from '../../did-you-mean.ts';
import { PipelineError } from '../../errors.ts';
import { productOf } from '../../ml/architectures/infer-shapes.ts';
import { loadBackend } from '../../ml/backend.ts';
import { ForeignClassifier } from '../../ml/imports/closed/foreign-classifier.ts';
import {
  type ForeignRuntime,
  openForeignRuntime,
} from '../../ml/imports/closed/foreign-runtime.ts';
import {
  type InputToMatch,
  matchInputs,
  type MatchedInputs,
} from '../../ml/imports/match-inputs.ts';
import type {
  ClosedFormat,
  ForeignManifest,
  ForeignReading,
  ImportRecord,
} from '../../ml/model.ts';
import { CounterRandom } from '../../ml/random.ts';
import type { ImportStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { type Given, inputContract } from './input-contract.ts';

type Settings = Pick<
  ImportStep['with'],
  'dataset' | 'output' | 'layout' | 'signature' | 'outputName'
>;

export interface ForeignModel {
  readonly format: ClosedFormat;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly imported: ImportRecord;
  readonly settings: Settings;
}

type Stored = Pick<
  ImportStep['outputs'],
  'model' | 'converted' | 'parameters' | 'inputShape' | 'layers'
>;

/** Rows that the model is asked about before it is believed. */
const ROWS_ASKED = 32;

/**
 * @throws PipelineError as `openForeignRuntime`, `matchInputs` and `ForeignClassifier.check`.
 */
export async function storeForeign(
  { format, files, imported, settings }: ForeignModel,
  given: Given,
  context: StepContext,
): Promise<Stored> {
  await loadBackend();
  const runtime = await openForeignRuntime(format, { files, signature: settings.signature });
  const { input, reading } = await ask(runtime, { given, settings }, context).finally(() =>
    runtime.dispose(),
  );
  const { store } = context;
  const stored: { path: string; artifact: ArtifactRef }[] = [];
  for (const [path, bytes] of files) {
    stored.push({ path, artifact: await store.put(bytes, MEDIA_TYPE.foreignFile) });
  }
  const manifest: ForeignManifest = {
    version: 1,
    type: 'foreign',
    input,
    format,
    reading,
    files: stored,
    imported,
  };
  return {
    model: await store.putJson(manifest, MEDIA_TYPE.model),
    converted: false,
    parameters: null,
    inputShape: [...input.inputShape],
    layers: [],
  };
}

interface Asking {
  readonly given: Given;
  readonly settings: Settings;
}

/** Fits rows and classes to what the model takes and gives, and asks it about some rows. */
async function ask(
  runtime: ForeignRuntime,
  { given, settings }: Asking,
  context: StepContext,
): Promise<Pick<ForeignManifest, 'input' | 'reading'>> {
  const { layout = 'channels-last', dataset } = settings;
  const matched = matchWith(runtime, given, layout);
  const reading = readingOf(runtime, matched, { given, settings });
  const input = inputContract(given, matched);
  const { x, rows } = await rowsToAsk(dataset, productOf(input.inputShape), context);
  await new ForeignClassifier(runtime, input, reading).check(x, rows);
  return { input, reading };
}

function matchWith(
  runtime: ForeignRuntime,
  { data }: Given,
  layout: ForeignReading['layout'],
): MatchedInputs {
  const inputs = runtime.inputs.map(({ name, shape }): InputToMatch => {
    const isMoved = layout === 'channels-first' && shape.length > 1;
    const [channels = null, ...places] = shape;
    return { name, shape: isMoved ? [...places, channels] : shape };
  });
  return matchInputs(inputs, data);
}

function readingOf(
  runtime: ForeignRuntime,
  { ordered }: MatchedInputs,
  { given, settings }: Asking,
): ForeignReading {
  const { output = 'probabilities', layout = 'channels-last', signature, outputName } = settings;
  requireOutput(runtime, outputName);
  return {
    output,
    layout,
    order: given.order,
    feeds: runtime.inputs.map(({ name }, index) => {
      const { offset, shape } = ordered[index] as MatchedInputs['ordered'][number];
      return { name, offset, shape };
    }),
    ...(outputName !== undefined && { outputName }),
    ...(signature !== undefined && { signature }),
  };
}

function requireOutput({ outputs }: ForeignRuntime, named: string | undefined): void {
  if (named === undefined && outputs.length === 1) return;
  if (named !== undefined && outputs.includes(named)) return;
  const message =
    named === undefined
      ? `import: the model has the outputs ${outputs.join(', ')}`
      : `import: the model has no output "${named}"`;
  throw new PipelineError('SPEC_INVALID', message, {
    remedy:
      named === undefined
        ? 'name the one that gives the classes as `outputName`'
        : suggest(named, outputs, 'outputs'),
  });
}

/** Rows of the data set; without one, values from 0 to 1, as pictures have them. */
async function rowsToAsk(
  dataset: ArtifactRef | undefined,
  width: number,
  { store }: StepContext,
): Promise<{ readonly x: Float32Array; readonly rows: number }> {
  if (dataset) {
    const { x, rows } = await loadPart(store, dataset, 'train');
    const asked = Math.min(rows, ROWS_ASKED);
    if (asked > 0) return { x: x.subarray(0, asked * width), rows: asked };
  }
  const random = new CounterRandom({ seed: 0, stream: 'import-check' });
  const x = Float32Array.from({ length: ROWS_ASKED * width }, () => random.uniform());
  return { x, rows: ROWS_ASKED };
}
