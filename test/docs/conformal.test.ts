import { blocksOf, faultsIn, isPipeline } from './yaml-blocks.ts';

const blocks = blocksOf('conformal.md');

describe('the page of conformal prediction', () => {
  it('shows a pipeline', () => {
    expect(blocks.filter(isPipeline)).toEqual(blocks);
    expect(blocks).toHaveLength(1);
  });

  it.each(blocks.map((block) => [block.line, block] as const))(
    'has a good pipeline at line %i',
    (_, block) => {
      expect(faultsIn(block)).toEqual([]);
    },
  );
});
