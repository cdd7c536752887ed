/**
 * Writes pipelines/data/licenses.csv: the texts of licences and the kind of obligation that each
 * lays on who passes the work on. `node setup/data/licenses.mjs`; the texts are those of the package
 * spdx-license-list, the kinds those of pipelines/data/license-kinds.json, which says why.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import texts from 'spdx-license-list/full.js';
import { ROOT } from '../paths.mjs';

/** The obligations stand within; whole texts would be 4 MB. */
const TEXT_LENGTH = 6_000;

const kinds = JSON.parse(
  readFileSync(path.join(ROOT, 'pipelines/data/license-kinds.json'), 'utf8'),
);

/** `*` at the end of a pattern stands for any rest. */
const matches = (pattern, id) =>
  pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;

/** The first line that names an id counts, and whole ids before patterns. */
function kindOf(id) {
  const exact = kinds.find(({ ids }) => ids.includes(id));
  return exact ?? kinds.find(({ ids }) => ids.some((pattern) => matches(pattern, id)));
}

for (const pattern of kinds.flatMap(({ ids }) => ids)) {
  if (Object.keys(texts).some((id) => matches(pattern, id))) continue;
  throw new Error(`license-kinds.json names ${pattern}, which no licence has`);
}

const cell = (text) => `"${text.replaceAll('"', '""')}"`;
const seen = new Set();
const lines = ['id,name,family,text,kind'];
for (const id of Object.keys(texts).sort()) {
  const found = kindOf(id);
  const { name, licenseText } = texts[id];
  const text = licenseText.replaceAll(/\s+/g, ' ').trim();
  // Ids that differ in "or later" alone, and old names, have the same text.
  const key = text.toLowerCase().replaceAll(/[^a-z]/g, '');
  if (!found || key === '' || seen.has(key)) continue;
  seen.add(key);
  const shown = text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)} …` : text;
  lines.push([id, cell(name), cell(found.family), cell(shown), found.kind].join(','));
}
writeFileSync(path.join(ROOT, 'pipelines/data/licenses.csv'), `${lines.join('\n')}\n`);
console.log(`${lines.length - 1} licences`);
