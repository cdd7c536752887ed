/**
 * Writes pipelines/data/digits-later.csv: what digits.csv might look like after a change of the
 * scanner. The last 900 rows of digits.csv, each pixel moved one column to the right and paler: times
 * a factor of the row between 0.35 and 0.6, drawn with a seed. What a person reads stays the same.
 *
 *     node setup/data/later-digits.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../paths.mjs';

const FOLDER = path.join(ROOT, 'pipelines', 'data');
const ROWS = 900;
const WIDTH = 8;

/** mulberry32: 32 bits of state, enough for a picture's paleness. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomOf(7);
const [header, ...lines] = readFileSync(path.join(FOLDER, 'digits.csv'), 'utf8').trim().split('\n');
const later = lines.slice(-ROWS).map((line) => {
  const cells = line.split(',');
  const label = cells.pop();
  const factor = 0.35 + 0.25 * random();
  const pixels = cells.map((_, at) =>
    at % WIDTH === 0 ? 0 : Math.round(Number(cells[at - 1]) * factor),
  );
  return [...pixels, label].join(',');
});
writeFileSync(path.join(FOLDER, 'digits-later.csv'), [header, ...later, ''].join('\n'));
