import type { Explanations } from '../model.ts';

/** What the two sides of an attribution say, and what it is measured in. */
export interface AttributionMeaning {
  readonly negative: string;
  readonly positive: string;
  readonly unit: string;
}

export const OF_PROBABILITY: AttributionMeaning = {
  negative: 'against',
  positive: 'for the prediction',
  unit: 'in probability',
};

/** A slope says how the score would change with a value, and not what the value spoke for. */
export function meaningOf({
  method,
  settings,
}: Pick<Explanations, 'method' | 'settings'>): AttributionMeaning {
  switch (method) {
    case 'saliency':
    case 'smoothgrad':
      return settings['signs'] === 'signed'
        ? {
            negative: 'more lowers the score',
            positive: 'more raises it',
            unit: 'as slope of the score',
          }
        : { negative: '', positive: 'moves the score', unit: 'as slope of the score' };
    case 'grad-cam':
      return { ...OF_PROBABILITY, unit: 'as share of the strongest place' };
    default:
      return OF_PROBABILITY;
  }
}
