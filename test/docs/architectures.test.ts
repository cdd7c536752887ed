import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LAYER_RULES } from '../../src/layers/layer-rules.ts';
import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const PAGE = fileURLToPath(new URL('../../docs/architectures.md', import.meta.url));

const whole = blocksOf('architectures.md').filter(({ isFragment }) => !isFragment);

describe('the page of networks', () => {
  it('has a whole pipeline', () => {
    expect(whole.filter(isPipeline)).toEqual(whole);
    expect(whole.length).toBeGreaterThan(0);
  });

  it.each(whole.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );

  it('names every type of layer', () => {
    const page = readFileSync(PAGE, 'utf8').replace(
      'and `…1d`',
      '`maxPooling1d` `averagePooling1d`',
    );
    expect(Object.keys(LAYER_RULES).filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
  });
});
