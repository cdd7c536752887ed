import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { PipelineError } from '../../errors.ts';

const FONT_FOLDER = new URL('../../../assets/fonts/', import.meta.url);
const FONT_FILES = ['modelwright-sans-regular.ttf', 'modelwright-sans-bold.ttf'].map((name) =>
  fileURLToPath(new URL(name, FONT_FOLDER)),
);

/** What the bundled fonts can draw: Latin, Greek, Cyrillic, punctuation, arrows, mathematics. */
const BUNDLED =
  /^[\n\r\t\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u045f\u2010-\u2027\u2030-\u203a\u2070-\u20bf\u2122\u2190-\u2193\u2200-\u22ff\ufffd]*$/;

/**
 * Draws an SVG as PNG at twice its size.
 *
 * Text is drawn with the fonts that come with modelwright, so that it appears, with the same
 * bytes, on machines that have none. System fonts are asked only for characters that those lack,
 * such as Chinese ones; then the bytes depend on the machine.
 *
 * @throws PipelineError `INTERNAL` if the fonts are not there: the renderer itself would leave
 * the text out without a word.
 */
export function renderPng(svg: string): Uint8Array {
  const missing = FONT_FILES.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new PipelineError('INTERNAL', `the font ${missing} is missing`, {
      remedy: 'install modelwright again',
    });
  }
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    background: '#ffffff',
    font: {
      loadSystemFonts: !BUNDLED.test(svg),
      fontFiles: FONT_FILES,
      defaultFontFamily: 'Modelwright Sans',
      sansSerifFamily: 'Modelwright Sans',
    },
  });
  return image.render().asPng();
}
