import { readFileSync } from 'node:fs';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

interface Checks {
  readonly properties: {
    readonly with: {
      readonly properties: {
        readonly checks: { readonly properties: Readonly<Record<string, unknown>> };
      };
    };
  };
}

describe('docs/audit.md', () => {
  const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

  it.each(blocksOf('audit.md').filter(isPipeline))(
    'shows a pipeline that is valid: %#',
    (block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it('names every check', () => {
    const schema = JSON.parse(read('schemas/steps/audit.schema.json')) as Checks;
    const page = read('docs/audit.md');
    const named = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name).sort();
    expect(named).toEqual(Object.keys(schema.properties.with.properties.checks.properties).sort());
  });
});
