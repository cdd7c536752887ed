/** Evidence of any shape as tables and lists, so that nothing is left out for want of a section. */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../json.ts';
import { isArtifactRef } from '../../artifacts/artifact-uri.ts';
import { digest } from '../figures.ts';
import { html, type Markup } from '../html.ts';

/** More of one list or map are in report.json. */
const MAX_ENTRIES = 60;
const MAX_TEXT = 600;
const MAX_DEPTH = 6;
const MAX_COLUMNS = 9;
/** May be broken anywhere. */
const DIGEST = /^[0-9a-f]{64}$/;

export function jsonValue(value: Json, depth = 0): Markup {
  if (Array.isArray(value)) return list(value as readonly Json[], depth);
  if (isJsonObject(value)) {
    return isArtifactRef(value)
      ? html`<code>${value.mediaType} ${value.sha256.slice(0, 12)}</code>`
      : map(value, depth);
  }
  if (typeof value === 'string' && DIGEST.test(value)) return digest(value);
  return html`${scalar(value)}`;
}

function scalar(value: Json): string {
  if (typeof value === 'number') return numberText(value);
  const text = typeof value === 'string' ? value : canonicalJson(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
}

/** Six digits; whole numbers as they are. The exact figure is in report.json. */
const numberText = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));

const isScalar = (value: Json): boolean => typeof value !== 'object' || value === null;
const isRecord = (value: Json): value is JsonObject => isJsonObject(value) && !isArtifactRef(value);

function list(values: readonly Json[], depth: number): Markup {
  if (values.length === 0) return html`none`;
  const shown = values.slice(0, MAX_ENTRIES);
  const rest = more(values.length);
  if (shown.every(isScalar)) return html`${shown.map(scalar).join(', ')}${rest}`;
  if (depth >= MAX_DEPTH) return html`${scalar(canonicalJson(values))}`;
  if (shown.every(isRecord)) {
    const columns = [...new Set(shown.flatMap((row) => Object.keys(row)))];
    if (columns.length <= MAX_COLUMNS) return html`${rows(shown, columns, depth)}${rest}`;
  }
  return html`<ol class="plain">
      ${shown.map((one) => html`<li>${jsonValue(one, depth + 1)}</li>`)}
    </ol>
    ${rest}`;
}

function rows(values: readonly JsonObject[], columns: readonly string[], depth: number): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col">${wordsOf(name)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${values.map(
          (row) =>
            html`<tr>
              ${columns.map((name) => html`<td>${jsonValue(row[name] ?? '', depth + 1)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function map(value: JsonObject, depth: number): Markup {
  const entries = Object.entries(value);
  if (entries.length === 0) return html`none`;
  if (depth >= MAX_DEPTH) return html`${scalar(canonicalJson(value))}`;
  return html`<table class="map">
      <tbody>
        ${entries.slice(0, MAX_ENTRIES).map(
          ([name, inner]) =>
            html`<tr>
              <th scope="row">${wordsOf(name)}</th>
              <td>${jsonValue(inner, depth + 1)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more(entries.length)}`;
}

const more = (count: number): string =>
  count > MAX_ENTRIES ? ` … and ${count - MAX_ENTRIES} more in report.json` : '';

/** `expectedCalibrationError` as "expected calibration error"; names that are not ours stay. */
const wordsOf = (name: string): string =>
  /^[a-z]+([A-Z][a-z]+)+$/.test(name)
    ? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : name;
