/** The step `import`: a model that another framework trained, as one of ours. */
import { decodeDataset } from '../data/decode-dataset.ts';
import { SourceFiles } from '../data/sources/source-files.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { formatOfModel, type ModelFormat } from '../layers/model-format.ts';
import { loadBackend } from '../ml/backend.ts';
import type { ImportRecord } from '../ml/model.ts';
import { givenBy } from './imports/input-contract.ts';
import { openModel, type OpenedModel } from './imports/open-model.ts';
import { ModelFiles } from './imports/read-model-files.ts';
import { storeConverted } from './imports/store-converted.ts';
import { storeForeign } from './imports/store-foreign.ts';
import type { ImportStep } from './step-types.ts';
import type { Step } from './step.ts';

type Input = ImportStep['with'];

/** Settings that say how a model is asked that has no layers of ours. */
const OF_CLOSED = ['layout', 'signature', 'outputName'] as const;

/**
 * Errors: `MODEL_INVALID` for a broken file; `MODEL_UNSUPPORTED` naming what cannot be computed here;
 * `SHAPE_MISMATCH` where model, data and classes do not fit; `SPEC_INVALID` where the outputs are not
 * what `output` says; `BACKEND_UNAVAILABLE` without the runtime of a format.
 */
export const importStep: Step<Input, ImportStep['outputs']> = {
  kind: 'import',

  async run(input, context) {
    const { file, dataset, classes } = input;
    const data = dataset ? decodeDataset(await context.store.getJson<Json>(dataset)) : null;
    const given = givenBy(data, classes);
    const files = new SourceFiles();
    const format = input.format ?? (formatOfModel(file) as ModelFormat);
    const opened = await openModel(file, format, new ModelFiles(context, files));
    context.heartbeat();
    const imported: ImportRecord = { format: opened.format, file, fingerprint: files.digest };
    requireSettings(input, opened);
    await loadBackend();
    const stored =
      'network' in opened
        ? await storeConverted({ ...opened, imported, output: input.output }, given, context.store)
        : await storeForeign({ ...opened, imported, settings: input }, given, context);
    const { parameters } = stored;
    const what = parameters === null ? 'as it is, forward only' : `${parameters} parameters`;
    context.log('info', `imported a ${opened.format} (${what})`, { fingerprint: files.digest });
    return {
      ...stored,
      fingerprint: files.digest,
      format: opened.format,
      classes: [...given.classes],
    };
  },
};

function requireSettings(input: Input, opened: OpenedModel): void {
  const isStray = (key: (typeof OF_CLOSED)[number]) =>
    input[key] !== undefined &&
    ('network' in opened || (key === 'signature' && opened.format !== 'saved-model'));
  const stray = OF_CLOSED.find(isStray);
  if (stray === undefined) return;
  throw new PipelineError('SPEC_INVALID', `import: \`${stray}\` is not for a ${opened.format}`, {
    remedy: 'remove it',
  });
}
