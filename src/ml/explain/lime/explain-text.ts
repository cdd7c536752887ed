import type { TextEncoder } from '../../../data/dataset.ts';
import { widthOf } from '../../../data/encoders/encodings.ts';
import { CounterRandom } from '../../random.ts';
import type { ExplainContext, RowToExplain } from '../local-method.ts';
import { explainByNothing, explainBySurrogate } from './surrogate-explanation.ts';
import { textNeighbourhood } from './text-neighbourhood.ts';
import { wordsOfText, type TextWords } from './text-words.ts';

const USUAL = { samples: 5000, features: 10 };
const USUAL_WIDTH = 25;

/** LIME of texts: which of the row's words speak for the class. */
export async function explainText(
  target: RowToExplain,
  classIndex: number,
  context: ExplainContext,
) {
  const texts = textsOf(target, context);
  const words = texts.flatMap(({ column, offset, words: own }) =>
    own.words.map((word, index) => ({
      name: texts.length > 1 ? `${column}: ${word}` : word,
      placesOf: () => own.placesOf(index).map((at) => offset + at),
    })),
  );
  if (words.length === 0) return explainByNothing(target.x, classIndex, context);
  const { kernelWidth, seed } = context.settings;
  const random = new CounterRandom({ seed, stream: 'explain-lime', step: target.row });
  const near = textNeighbourhood({ row: target.x, texts, kernelWidth, random });
  const nameOf = (feature: number) => words[feature]?.name ?? '';
  const placesOf = (feature: number) => words[feature]?.placesOf() ?? [];
  return explainBySurrogate({ near, nameOf, placesOf, usual: USUAL }, classIndex, context);
}

export function textSettings({ settings }: ExplainContext) {
  const { samples, features, kernelWidth } = settings;
  return {
    domain: 'text',
    samples: samples ?? USUAL.samples,
    features: features ?? USUAL.features,
    kernelWidth: kernelWidth ?? USUAL_WIDTH,
  };
}

interface PlacedText {
  readonly column: string;
  readonly offset: number;
  readonly words: TextWords;
}

function textsOf({ row, x }: RowToExplain, { manifest, textOf }: ExplainContext): PlacedText[] {
  let offset = 0;
  return (manifest.encoders as readonly TextEncoder[]).map((encoder) => {
    const start = offset;
    offset += widthOf(encoder);
    const values = x.subarray(start, offset);
    const text = textOf(row, encoder.column);
    return { column: encoder.column, offset: start, words: wordsOfText({ encoder, values, text }) };
  });
}
