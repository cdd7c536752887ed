import { readFileSync } from 'node:fs';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly string[];
}

/** Names in the first column of the tables below a heading. */
const namesBelow = (heading: string): readonly string[] => {
  const [, section = ''] = read('docs/supervision.md').split(`## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name ?? '');
};

describe('docs/supervision.md', () => {
  const blocks = blocksOf('supervision.md').filter(isPipeline);
  it.each(blocks)('shows a pipeline that is valid: %#', (block) => {
    expect(faultsIn(block)).toEqual([]);
  });

  const gate = JSON.parse(read('schemas/steps/gate.schema.json')) as Schema;
  const rule = gate.properties?.['with']?.properties?.['rules']?.items?.properties ?? {};

  it('names every measure and every action', () => {
    const { name: _name, action, ...measures } = rule;
    expect([...namesBelow('Rules')].sort()).toEqual(
      [...Object.keys(measures), ...(action?.enum ?? [])].sort(),
    );
  });

  it('names every budget', () => {
    expect([...namesBelow('Budgets')].sort()).toEqual(
      [...(rule['budget']?.properties?.['measure']?.enum ?? [])].sort(),
    );
  });
});
