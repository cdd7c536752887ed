import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  chainManifest,
  findBrokenLink,
  type ManifestContent,
  type RunManifest,
} from '../../src/report/manifest.ts';

const RUN = { id: 'r', pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };
const CONTENTS: ManifestContent[] = [
  { type: 'plan', body: { digest: 'd', steps: 2 } },
  { type: 'step', body: { step: 'a', state: 'succeeded' } },
  { type: 'step', body: { step: 'b', state: 'failed' } },
  { type: 'decision', body: { reviewer: 'bob', verdict: 'approve' } },
  { type: 'end', body: { state: 'failed' } },
];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const copy = (manifest: RunManifest): { -readonly [K in keyof RunManifest]: RunManifest[K] } =>
  JSON.parse(JSON.stringify(manifest)) as RunManifest;

it('chains each entry to the one before', () => {
  const { entries, head } = chainManifest(RUN, CONTENTS.slice(0, 2));
  const start = sha256('{"id":"r","pipeline":"p","planDigest":"d","submittedBy":"ada"}');
  const first = sha256(
    `{"body":{"digest":"d","steps":2},"index":0,"previous":"${start}","type":"plan"}`,
  );
  const second = sha256(
    `{"body":{"state":"succeeded","step":"a"},"index":1,"previous":"${first}","type":"step"}`,
  );
  expect(entries.map(({ digest }) => digest)).toEqual([first, second]);
  expect(head).toBe(second);
});

it('finds nothing wrong with an untouched manifest, nor after JSON', () => {
  expect(findBrokenLink(copy(chainManifest(RUN, CONTENTS)))).toBeNull();
});

it('names the first entry that was edited, left out, added or moved', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('edit', 'remove', 'insert', 'swap'),
      fc.integer({ min: 0, max: 3 }),
      (tampering, at) => {
        const manifest = copy(chainManifest(RUN, CONTENTS));
        const entries = [...manifest.entries];
        const entry = entries[at]!;
        if (tampering === 'edit') entries[at] = { ...entry, body: { ...entry.body, x: 1 } };
        if (tampering === 'remove') entries.splice(at, 1);
        if (tampering === 'insert') entries.splice(at, 0, entry);
        if (tampering === 'swap') entries.splice(at, 2, entries[at + 1]!, entry);
        manifest.entries = entries;
        // The copy of an entry stands where it belongs; the one after it is the stray.
        expect(findBrokenLink(manifest)).toBe(tampering === 'insert' ? at + 1 : at);
      },
    ),
    { seed: 11 },
  );
});

it('notices that the last entries were cut off, and that the run was changed', () => {
  const cut = copy(chainManifest(RUN, CONTENTS));
  cut.entries = cut.entries.slice(0, 3);
  expect(findBrokenLink(cut)).toBe(3);
  const stolen = copy(chainManifest(RUN, CONTENTS));
  stolen.run = { ...RUN, submittedBy: 'eve' };
  expect(findBrokenLink(stolen)).toBe(0);
});

it('notices an entry that was edited together with its own digest', () => {
  const manifest = copy(chainManifest(RUN, CONTENTS));
  const entries = [...manifest.entries];
  const forged = chainManifest(RUN, [
    ...CONTENTS.slice(0, 3),
    { type: 'decision', body: { reviewer: 'eve', verdict: 'approve' } },
  ]).entries[3]!;
  entries[3] = forged;
  expect(findBrokenLink({ ...manifest, entries })).toBe(4);
});
