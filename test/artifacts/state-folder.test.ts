import path from 'node:path';
import { runLogFile, safeName, scratchFolder } from '../../src/artifacts/state-folder.ts';

it('keeps harmless ids as they are', () => {
  expect(safeName('digits-20260131-a1b2')).toBe('digits-20260131-a1b2');
});

it.each(['../../etc', '..', '.hidden', 'a/b', 'a\\b', '', 'x'.repeat(400), 'naïve', 'a\0b'])(
  'makes %j one plain file name',
  (id) => {
    expect(safeName(id)).toMatch(/^[A-Za-z0-9_-]{0,60}~[0-9a-f]{32}$/);
  },
);

it('gives different ids different names', () => {
  expect(new Set(['a/b', 'a\\b', 'a-b', '../a-b', 'a/ b'].map(safeName)).size).toBe(5);
});

it('never leaves the state folder', () => {
  for (const file of [runLogFile('/state', '../../x'), scratchFolder('/state', '..', '../..')]) {
    expect(path.relative('/state', path.normalize(file)).startsWith('..')).toBe(false);
  }
});
