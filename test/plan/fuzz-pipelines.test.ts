/**
 * Broken pipelines of every sort: good ones with pieces lost, doubled, moved and replaced. Whatever
 * comes of it, nothing but coded errors with a place in the file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { PipelineError } from '../../src/errors.ts';
import { isPipelineError, PipelineErrors } from '../../src/errors.ts';
import { isTestFile } from '../../src/pipeline-test-name.ts';
import { compilePlan, findFaults } from '../../src/plan/compile-plan.ts';
import { loadSpec } from '../../src/spec/load-spec.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const RUNS = Number(process.env['MODELWRIGHT_FUZZ'] ?? 2_000);
const SEED = Number(process.env['MODELWRIGHT_SEED'] ?? 20_261_124);

const texts = ['pipelines', 'test/fixtures/valid'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((file) => file.endsWith('.yaml') && !isTestFile(file))
    .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
);
const load = (file: string) =>
  loadSpec(path.join(ROOT, 'test/fixtures/valid', path.basename(file)));

/** What people and machines put in the wrong place. */
const PIECES = [
  ...[
    '',
    ' ',
    '\t',
    '\n',
    ':',
    '- ',
    '{',
    '}',
    '[',
    ']',
    "'",
    '"',
    '|',
    '>-',
    '#',
    '&a',
    '*a',
    '!!x',
  ],
  ...['${{', '}}', '${{ }}', '${{ item }}', '${{ steps. }}', '${{ params.seed + "x" }}', '$secret'],
  ...['${{ steps.a.outputs.b[0] }}', '${{ 1/0 }}', "${{ '}}' }}", '${{ secrets.token }}', '%'],
  ...['null', 'true', '-1', '1e999', '0x10', '9007199254740993', '.inf', '2026-01-01', '~'],
  ...['__proto__: 1', 'constructor: {}', 'when: 1', 'foreach: {}', 'repeat: { max: 0 }', 'uses:'],
  ...[
    'needs: [a, a]',
    'on: { push: [] }',
    'secrets: 1',
    'finally: {}',
    'steps: []',
    'uses: pipeline',
  ],
  ...['\u0000', '\u202e', '\ud800', '\ufeff', '𝒳', 'é', '\r\n', '---', '...', '?'],
];

type Edit = readonly [kind: number, at: number, length: number, piece: string];
const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.nat(4),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(40),
  fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })),
);

function apply(text: string, [kind, place, length, piece]: Edit): string {
  const at = Math.floor(place * text.length);
  const end = Math.min(at + length, text.length);
  if (kind === 0) return text.slice(0, at) + text.slice(end);
  if (kind === 1) return text.slice(0, at) + piece + text.slice(at);
  if (kind === 2) return text.slice(0, at) + piece + text.slice(end);
  if (kind === 3) return text.slice(0, end) + text.slice(at);
  const lines = text.split('\n');
  const line = Math.floor(place * lines.length);
  const moved = lines.splice(line, 1 + (length % 3));
  lines.splice(length % (lines.length + 1), 0, ...moved);
  return lines.join('\n');
}

const pipeline = fc
  .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edits.reduce(apply, text));

function errorsIn(text: string): readonly PipelineError[] {
  try {
    const spec = parseSpec(text, 'x.yaml');
    const faults = findFaults(spec, { load });
    if (faults.length > 0) return faults;
    compilePlan(spec, {}, { load });
    return [];
  } catch (error) {
    if (error instanceof PipelineErrors) return error.errors;
    if (isPipelineError(error)) return [error];
    throw error;
  }
}

it(
  'have only coded errors, each with its place',
  () => {
    let broken = 0;
    const property = fc.property(pipeline, (text) => {
      const lines = text.split(/\r\n|\r|\n/);
      const errors = errorsIn(text);
      broken += errors.length > 0 ? 1 : 0;
      for (const { code, location } of errors) {
        // A parameter that every run must give is of no place.
        if (code === 'PARAM_MISSING' || code === 'PARAM_UNKNOWN') continue;
        expect(location).toBeDefined();
        if (location?.file !== 'x.yaml') continue;
        expect(location.line).toBeGreaterThanOrEqual(1);
        expect(location.line).toBeLessThanOrEqual(lines.length);
        expect(location.column).toBeGreaterThanOrEqual(1);
        expect(location.column).toBeLessThanOrEqual((lines[location.line - 1]?.length ?? 0) + 1);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    // Edits that break nothing (in a comment, in a text) are few.
    expect(broken).toBeGreaterThan(RUNS / 2);
  },
  60_000 + RUNS * 20,
);
