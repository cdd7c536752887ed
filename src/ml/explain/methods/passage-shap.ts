import { CounterRandom } from '../../random.ts';
import type { LocalMethod } from '../local-method.ts';
import { passageShap } from '../passage-shap.ts';
import { passagesOf, type Passage } from '../passages.ts';
import { coalitionSettings } from './kernel-shap.ts';

/** Tokens; a sentence or two. */
const USUAL_PASSAGE = 40;

export const passageShapMethod: LocalMethod = {
  reads: 'background',

  settings: (context) => ({
    ...coalitionSettings(context),
    passageTokens: context.settings.passageTokens ?? USUAL_PASSAGE,
  }),

  async explain({ row, x }, classIndex, context) {
    const { model, background, settings, texts, readPassage, onBatch } = context;
    const { samples, seed, passageTokens = USUAL_PASSAGE } = settings;
    const passages = passagesOf(x, texts, passageTokens);
    const random = new CounterRandom({ seed, stream: 'explain-coalitions', step: row });
    const game = { model, row: x, background, classIndex, onBatch };
    const { ofPassages, ...found } = await passageShap(game, passages, { samples, random });
    const read = (passage: Passage, index: number) => ({
      text: readPassage(x, passage),
      value: ofPassages[index] as number,
    });
    return { ...found, passages: passages.map(read) };
  },
};
