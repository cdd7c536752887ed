import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import type { Gallery } from '../ml/model.ts';
import { csvOf } from '../ml/visualize/data-table.ts';
import { renderPng } from '../ml/visualize/render-png.ts';
import { THEMES, type Theme } from '../ml/visualize/theme.ts';
import type { VisualizeStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { drawActivations } from './visualize/activation-map.ts';
import { drawDreams } from './visualize/activation-maximisation.ts';
import { drawAttention } from './visualize/attention-map.ts';
import { drawAttributions } from './visualize/attribution-overlay.ts';
import { drawCalibration } from './visualize/calibration.ts';
import { drawConfusion } from './visualize/confusion-matrix.ts';
import { drawBoundary } from './visualize/decision-boundary.ts';
import { drawPaths } from './visualize/decision-path.ts';
import type { Draw, Drawing, PictureType, VisualizeInput } from './visualize/drawing.ts';
import { drawProjections } from './visualize/embedding-projection.ts';
import { drawFilters } from './visualize/first-layer-filters.ts';
import { drawLearningCurve } from './visualize/learning-curve.ts';
import { drawPr, drawRoc } from './visualize/threshold-curves.ts';

const DRAW: Readonly<Record<PictureType, Draw>> = {
  'learning-curve': drawLearningCurve,
  'confusion-matrix': drawConfusion,
  'roc-curve': drawRoc,
  'pr-curve': drawPr,
  calibration: drawCalibration,
  'attribution-overlay': drawAttributions,
  'decision-path': drawPaths,
  'decision-boundary': drawBoundary,
  'first-layer-filters': drawFilters,
  'activation-map': drawActivations,
  'activation-maximisation': drawDreams,
  'attention-map': drawAttention,
  'embedding-projection': drawProjections,
};

/**
 * Draws pictures, each on white and on dark paper, as SVG and as PNG of twice its size, with its data
 * as CSV. Pictures of rows do not show the true class, because reviewers see them.
 *
 * Errors: `SPEC_INVALID` for a picture without what it is drawn from, or of a model or data that has
 * no such picture; `DATA_INVALID` if what is given is not of one data set, or has no rows.
 */
export const visualizeStep: Step<VisualizeInput, VisualizeStep['outputs']> = {
  kind: 'visualize',

  async run(input, context) {
    const pictures: Gallery['pictures'][number][] = [];
    for (const type of new Set(input.pictures)) {
      for (const drawing of await DRAW[type](input, context)) {
        context.signal.throwIfAborted();
        context.heartbeat({ picture: drawing.name });
        pictures.push(await store(type, drawing, context));
      }
    }
    const gallery: Gallery = { pictures };
    return {
      gallery: await context.store.putJson(gallery, MEDIA_TYPE.gallery),
      count: pictures.length,
    };
  },
};

async function store(
  type: PictureType,
  { svg, data, ...about }: Drawing,
  context: StepContext,
): Promise<Gallery['pictures'][number]> {
  const put = (text: string, mediaType: string) =>
    context.store.put(new TextEncoder().encode(text), mediaType);
  const draw = async (theme: Theme) => {
    const text = await svg(theme);
    return {
      svg: await put(text, MEDIA_TYPE.svg),
      png: await context.store.put(renderPng(text), MEDIA_TYPE.png),
    };
  };
  return {
    ...about,
    type,
    ...(await draw(THEMES.light)),
    dark: await draw(THEMES.dark),
    csv: await put(csvOf(data), MEDIA_TYPE.csv),
  };
}
