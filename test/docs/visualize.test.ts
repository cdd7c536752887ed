import { existsSync, readFileSync } from 'node:fs';
import { PICTURE_TYPES } from '../../src/ml/model.ts';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

describe('docs/visualize.md', () => {
  const url = (file: string) => new URL(`../../${file}`, import.meta.url);
  const page = readFileSync(url('docs/visualize.md'), 'utf8');

  it.each(blocksOf('visualize.md').filter(isPipeline))(
    'shows a pipeline that is valid: %#',
    (block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it('names every picture, as the schema and the type of galleries do', () => {
    const named = [...page.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual([...PICTURE_TYPES].sort());
    const schema = JSON.parse(readFileSync(url('schemas/steps/visualize.schema.json'), 'utf8')) as {
      properties: { with: { properties: { pictures: { items: { enum: string[] } } } } };
    };
    const { enum: allowed } = schema.properties.with.properties.pictures.items;
    expect(allowed.sort()).toEqual([...PICTURE_TYPES].sort());
  });

  it('has the pictures that it shows', () => {
    const shown = [...page.matchAll(/\]\((pictures\/[^)]+)\)/g)].map(([, file]) => file);
    expect(shown.length).toBeGreaterThan(8);
    for (const file of shown) expect(existsSync(url(`docs/${file}`))).toBe(true);
  });
});
