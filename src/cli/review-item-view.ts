/** One review item on a terminal: picture or row, predictions, explanation. */
import type { OpenItem } from '../temporal/reviews.ts';
import type { ReviewItem } from '../workflows/run-state.ts';
import type { LoadedItem } from './review-items.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';

const SHADES = ' ░▒▓█';
const BAR_CELLS = 30;
/** A longer cell has lines of its own. */
const MAX_CELL = 80;

export function showItem(
  terminal: Terminal,
  { item, instructions }: LoadedItem,
  target: OpenItem,
): void {
  const where = inert(`${target.pipeline}, run ${target.runId}`);
  terminal.line(`${terminal.style('bold', inert(item.id))}  ${where}`);
  if (instructions) terminal.line(inert(instructions));
  const what = item.sourceRow === null ? 'question' : 'flagged';
  terminal.line(`${what}: ${inert(item.reason)}\n`);
  showInput(terminal, item.input);
  if (item.top.length > 0) terminal.line('\nthe model says');
  for (const { class: name, probability } of item.top) {
    const bar = '█'.repeat(Math.round(probability * BAR_CELLS)).padEnd(BAR_CELLS, '·');
    terminal.line(`  ${inert(name).padEnd(12)} ${bar} ${(100 * probability).toFixed(1)} %`);
  }
  if (item.conformal) {
    const { alpha, set } = item.conformal;
    const classes = set.length === 0 ? 'none' : inert(set.join(', '));
    terminal.line(`set at α = ${alpha}: ${classes}`);
  }
  if (item.explanation) showExplanation(terminal, item.explanation);
  if (item.picture) {
    terminal.line(
      inert(
        `\noverlay: modelwright artifacts get ${target.runId} ${item.picture.sha256.slice(0, 12)}`,
      ),
    );
  }
}

function showInput(terminal: Terminal, input: ReviewItem['input']): void {
  if (input.kind === 'image') return showPicture(terminal, input);
  if (input.kind === 'text') return showText(terminal, input.text);
  if (input.kind === 'question') return showRow(terminal, input.facts);
  for (const [name, picture] of Object.entries(input.pictures ?? {})) {
    terminal.line(`  ${inert(name)}`);
    showPicture(terminal, picture);
  }
  showRow(terminal, input.values);
}

/** The rest is in the report. */
const MAX_TEXT = 2_000;

function showText(terminal: Terminal, text: string): void {
  for (const line of text.slice(0, MAX_TEXT).split('\n')) terminal.line(`  ${inert(line)}`);
  if (text.length > MAX_TEXT) terminal.line(`  … and ${text.length - MAX_TEXT} characters more`);
}

/** Wider ones are shown by every second pixel, every third and so on. */
const MAX_PICTURE_WIDTH = 40;

/** Two columns a pixel, because a character is twice as high as wide. */
function showPicture(
  terminal: Terminal,
  { shape, pixels }: Pick<Extract<ReviewItem['input'], { kind: 'image' }>, 'shape' | 'pixels'>,
): void {
  const [height = 0, width = 0, channels = 1] = shape;
  const stride = Math.ceil(width / MAX_PICTURE_WIDTH);
  for (let row = 0; row < height; row += stride) {
    let line = '  ';
    for (let column = 0; column < width; column += stride) {
      const at = (row * width + column) * channels;
      const mean = pixels.slice(at, at + channels).reduce((a, b) => a + b, 0) / channels;
      const shade = Math.min(
        SHADES.length - 1,
        Math.max(0, Math.round(mean * (SHADES.length - 1))),
      );
      line += (SHADES[shade] ?? ' ').repeat(2);
    }
    terminal.line(line);
  }
}

function showRow(
  terminal: Terminal,
  values: Readonly<Record<string, string | number | boolean | null>>,
): void {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  for (const [name, value] of Object.entries(values)) {
    const isText = typeof value === 'string' && (value.includes('\n') || value.length > MAX_CELL);
    if (isText) {
      terminal.line(`  ${inert(name)}:`);
      showText(terminal, value);
      continue;
    }
    terminal.line(`  ${inert(name).padEnd(width)}  ${inert(String(value ?? '(missing)'))}`);
  }
}

function showExplanation(
  terminal: Terminal,
  explanation: NonNullable<ReviewItem['explanation']>,
): void {
  const { method, error, reliable, attributions, inWords } = explanation;
  if (inWords) {
    terminal.line(`\nwhy (${method})`);
    for (const line of inWords) terminal.line(`  ${inert(line)}`);
    return;
  }
  const trust = reliable ? 'reliable' : 'NOT reliable';
  terminal.line(`\nwhy (${method}; error ${error.toExponential(1)}: ${trust})`);
  const largest = Math.max(...attributions.map(({ value }) => Math.abs(value)), Number.EPSILON);
  for (const { feature, value } of attributions.slice(0, 8)) {
    const bar = (value < 0 ? '−' : '+').repeat(Math.ceil((10 * Math.abs(value)) / largest));
    terminal.line(`  ${inert(feature).padEnd(24)} ${bar.padEnd(11)} ${value.toFixed(4)}`);
  }
}
