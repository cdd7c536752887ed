/** How adaptive sampling stands in an explanation and its settings. */
import type { AdaptiveOutcome } from '../adaptive.ts';
import type { ExplainSettings } from '../local-method.ts';

/** What the method found, with the outcome as it is written. */
export function adaptiveFound<T extends { readonly outcome?: AdaptiveOutcome }>({
  outcome,
  ...found
}: T) {
  if (outcome === undefined) return found;
  const width = Number.isFinite(outcome.width) ? outcome.width : null;
  return { ...found, adaptive: { ...outcome, width } };
}

export function adaptiveText({
  adaptive,
}: ExplainSettings): Readonly<Record<string, number | string>> | null {
  if (adaptive === undefined) return null;
  const { confidence, width, topFeatures, maxSamples } = adaptive;
  const goal =
    width === undefined ? 'their order is settled' : `intervals are at most ${width} wide`;
  return { samples: `until ${goal}`, confidence, topFeatures, maxSamples };
}
