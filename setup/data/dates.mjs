/**
 * Writes pipelines/data/dates.tsv: dates and numbers as several languages write them, and the same
 * as ISO 8601 and as a plain decimal. `node setup/data/dates.mjs`; the draw is seeded, the words are
 * those of Node's ICU.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../paths.mjs';

const PAIRS = 12_000;
const LANGUAGES = ['de', 'en-GB', 'en-US', 'es', 'fr', 'it', 'ja', 'pt', 'zh'];
const DATE_STYLES = [
  { dateStyle: 'full' },
  { dateStyle: 'long' },
  { day: 'numeric', month: 'short', year: 'numeric' },
];
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1950, 0, 1) / DAY_MS;
const DAYS = 100 * 365;

let state = 20_240_517;
/** Mulberry32: in [0, 1). */
function draw() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(draw() * list.length)];

function datePair() {
  const date = new Date((FIRST_DAY + Math.floor(draw() * DAYS)) * DAY_MS);
  const style = { ...pick(DATE_STYLES), timeZone: 'UTC', calendar: 'gregory' };
  return [
    new Intl.DateTimeFormat(pick(LANGUAGES), style).format(date),
    date.toISOString().slice(0, 10),
  ];
}

function numberPair() {
  const decimals = Math.floor(draw() * 3);
  const value = (draw() * 10 ** (1 + Math.floor(draw() * 7))).toFixed(decimals);
  const style = {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    ...(draw() < 0.3 && { style: 'currency', currency: 'EUR' }),
  };
  return [new Intl.NumberFormat(pick(LANGUAGES), style).format(Number(value)), value];
}

/** Narrow and unbreakable blanks would be signs of their own. */
const plain = (text) => text.replaceAll(/\s/gu, ' ').trim();

const pairs = new Map();
while (pairs.size < PAIRS) {
  const [source, target] = draw() < 0.8 ? datePair() : numberPair();
  const text = plain(source);
  // What reads alike in two languages and means two things is nothing to learn.
  if (pairs.has(text) && pairs.get(text) !== target) pairs.set(text, null);
  else pairs.set(text, target);
}
const lines = [...pairs].flatMap(([source, target]) =>
  target === null ? [] : [`${source}\t${target}`],
);
writeFileSync(path.join(ROOT, 'pipelines/data/dates.tsv'), `${lines.join('\n')}\n`);
console.log(`${lines.length} pairs`);
