import type { DatasetManifest } from '../../data/dataset.ts';
import { SPECIAL_TOKENS } from '../../data/dataset.ts';
import { readPassage, textsOf } from '../../data/read-passage.ts';
import type { AttendedStep } from '../../ml/visualize/attention-map.ts';

const NAMES: Readonly<Record<number, string>> = {
  [SPECIAL_TOKENS.unknown]: '‹unknown›',
  [SPECIAL_TOKENS.start]: '‹start›',
  [SPECIAL_TOKENS.end]: '‹end›',
};

/**
 * The steps of a row that are no padding: a text's tokens as text where there is one text of so many
 * steps, otherwise their numbers.
 */
export function readSteps(
  row: Float32Array,
  manifest: DatasetManifest,
  steps: number,
): readonly AttendedStep[] {
  const texts = textsOf(manifest).filter(({ length }) => length === steps);
  const [text, more] = texts;
  const all = Array.from({ length: steps }, (_, step) => step);
  if (!text || more) return all.map((step) => ({ step, text: `step ${step + 1}` }));
  return all.flatMap((step) => {
    const at = text.offset + step;
    const token = row[at];
    if (token === undefined || token === SPECIAL_TOKENS.padding) return [];
    const read = readPassage(manifest.encoders, row, { tokens: [at, at + 1] });
    return [{ step, text: NAMES[token] ?? read }];
  });
}
