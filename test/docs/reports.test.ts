import { readFileSync } from 'node:fs';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

describe('docs/reports.md', () => {
  const blocks = blocksOf('reports.md').filter(isPipeline);

  it.each(blocks)('shows a pipeline that is valid: %#', (block) => {
    expect(faultsIn(block)).toEqual([]);
  });

  it('shows every key of a card', () => {
    const file = new URL('../../schemas/pipeline.base.schema.json', import.meta.url);
    const schema = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly properties: { readonly card: { readonly properties: object } };
    };
    const [card = ''] = /^card:\n(?: {2}.*\n)+/m.exec(blocks[0]?.text ?? '') ?? [];
    const keys = [...card.matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key);
    expect(keys).toEqual(Object.keys(schema.properties.card.properties));
  });
});
