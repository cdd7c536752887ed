import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PipelineError, PipelineErrors } from '../../src/errors.ts';
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const BASE = fileURLToPath(new URL('../../schemas/pipeline.base.schema.json', import.meta.url));

const blocks = blocksOf('language.md');
const whole = blocks.filter(isPipeline);

/** Blocks that begin with `# <path>` are the files of that name. */
const files = new Map(
  whole.flatMap(({ text }) => {
    const path = /^# (\S+\.yaml)\n/.exec(text)?.[1];
    return path === undefined ? [] : [[path, text] as const];
  }),
);

const load = (path: string) => {
  const text = files.get(path);
  if (text !== undefined) return parseSpec(text, path);
  throw new PipelineErrors([new PipelineError('SPEC_NOT_FOUND', 'there is no such block')]);
};

describe('the page of the language', () => {
  it('has no block of YAML that is neither a pipeline nor marked as a fragment', () => {
    expect(blocks.filter((block) => !block.isFragment && !whole.includes(block))).toEqual([]);
    expect(whole.length).toBeGreaterThan(10);
  });

  it.each(whole.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block, { load })).toEqual([]);
    },
  );

  it('shows every key of a pipeline and of a step', () => {
    const base = JSON.parse(readFileSync(BASE, 'utf8')) as {
      properties: object;
      definitions: Record<string, { properties?: object }>;
    };
    const owners = ['step', 'foreach', 'repeat', 'concurrency', 'secret', 'param', 'retry'];
    const keys = [
      ...Object.keys(base.properties),
      ...owners.flatMap((owner) => Object.keys(base.definitions[owner]?.properties ?? {})),
    ];
    const shown = whole.map(({ text }) => text).join('\n');
    expect(keys.filter((key) => !new RegExp(`(^|[ {,])${key}:`, 'm').test(shown))).toEqual([]);
  });
});
