import { readFileSync } from 'node:fs';
import path from 'node:path';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const SCHEMA = path.resolve(import.meta.dirname, '../../schemas/steps/dataset.schema.json');
const blocks = blocksOf('data.md');

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly enum?: readonly string[];
}

describe('the page of data', () => {
  it('has pipelines alone', () => {
    expect(blocks.filter((block) => !isPipeline(block))).toEqual([]);
    expect(blocks.length).toBeGreaterThan(8);
  });

  it.each(blocks.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it('shows every key of the step, of a feature and of a split, and names every format', () => {
    const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Node;
    const keys = schema.properties?.['with']?.properties ?? {};
    const feature = keys['features']?.items?.properties ?? {};
    const split = keys['split']?.properties ?? {};
    const text = blocks.map((block) => block.text).join('\n');
    const isShown = (key: string) => new RegExp(`(^|[ {,])${key}:`, 'm').test(text);
    const all = [keys, feature, split].flatMap((owner) => Object.keys(owner));
    expect(all.filter((key) => !isShown(key))).toEqual([]);
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/data.md'), 'utf8');
    const formats = keys['format']?.enum ?? [];
    expect(formats.filter((name) => !page.includes(`| \`${name}\``))).toEqual([]);
    const checks = schema.properties?.['outputs']?.properties?.['checks']?.properties ?? {};
    expect(Object.keys(checks).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
