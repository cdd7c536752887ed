import fc from 'fast-check';
import { matchesGlob } from '../src/glob.ts';

it.each([
  ['main', 'main', true],
  ['main', 'mains', false],
  ['feature/*', 'feature/x', true],
  ['feature/*', 'feature/x/y', false],
  ['*', 'a/b', false],
  ['**', 'a/b', true],
  ['pipelines/**', 'pipelines/data/x.csv', true],
  ['pipelines/**', 'pipelines', false],
  ['**/x.csv', 'x.csv', true],
  ['**/x.csv', 'a/b/x.csv', true],
  ['**/x.csv', 'ax.csv', false],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'a/xb', false],
  ['v?', 'v1', true],
  ['v?', 'v/', false],
  ['v*.1', 'v1.1.1', true],
  ['[a]', 'a', false],
  ['ü*', 'üx', true],
  ['', '', true],
  ['', 'a', false],
])('%j and %j: %p', (glob, text, expected) => {
  expect(matchesGlob(glob, text)).toBe(expected);
});

it('agrees with a regular expression', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  const globs = fc
    .array(fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?'), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const oracle = (glob: string) =>
    new RegExp(
      `^${glob.replaceAll(/\*\*\/|\*\*|\*|\?/g, (part) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? '[^/]')}$`,
      's',
    );
  fc.assert(
    fc.property(globs, texts, (glob, text) => {
      expect(matchesGlob(glob, text)).toBe(oracle(glob).test(text));
    }),
    { seed: 7, numRuns: 2000 },
  );
});

it('is not slowed down by many stars', () => {
  expect(matchesGlob('*a'.repeat(40), 'a'.repeat(5_000) + 'b')).toBe(false);
});
