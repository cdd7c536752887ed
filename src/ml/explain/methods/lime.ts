import { PipelineError } from '../../../errors.ts';
import type { DatasetManifest, Encoder } from '../../../data/dataset.ts';
import type { AdaptiveOutcome } from '../adaptive.ts';
import type { ExplainContext, Found, LocalMethod, RowToExplain } from '../local-method.ts';
import { explainPicture, pictureSettings } from '../lime/explain-picture.ts';
import { explainTableRow, tableSettings } from '../lime/explain-table-row.ts';
import { explainText, textSettings } from '../lime/explain-text.ts';
import { adaptiveFound, adaptiveText } from './adaptive-found.ts';

type Domain = 'table' | 'text' | 'picture';

const TABLE_TYPES: readonly Encoder['type'][] = ['number', 'category', 'date', 'sequence'];
type Explain = (
  target: RowToExplain,
  classIndex: number,
  context: ExplainContext,
) => Promise<Found & { readonly outcome?: AdaptiveOutcome }>;

const EXPLAIN: Readonly<Record<Domain, Explain>> = {
  table: explainTableRow,
  text: explainText,
  picture: explainPicture,
};
const SETTINGS = { table: tableSettings, text: textSettings, picture: pictureSettings } as const;

export const limeMethod: LocalMethod = {
  reads: (manifest) => (domainOf(manifest) === 'table' ? 'training-part' : 'nothing'),

  settings: (context) => ({
    ...SETTINGS[domainOf(context.manifest)](context),
    seed: context.settings.seed,
    ...adaptiveText(context.settings),
  }),

  async explain(target, classIndex, context: ExplainContext): Promise<Found> {
    const explain = EXPLAIN[domainOf(context.manifest)];
    return adaptiveFound(await explain(target, classIndex, context));
  },
};

/** @throws PipelineError `SPEC_INVALID` for rows of which parts would be perturbed otherwise. */
function domainOf({ encoders }: Pick<DatasetManifest, 'encoders'>): Domain {
  const types = encoders.map(({ type }) => type);
  if (types.every((type) => TABLE_TYPES.includes(type))) return 'table';
  if (types.every((type) => type === 'text')) return 'text';
  const isPicture = types[0] === 'image' || types[0] === 'picture';
  if (isPicture && types.length === 1) return 'picture';
  throw new PipelineError(
    'SPEC_INVALID',
    `explain: lime is of tables, of texts or of one picture, and the rows have ${[...new Set(types)].join(', ')} together`,
    { remedy: 'use the method kernel-shap or permutation-shap' },
  );
}
