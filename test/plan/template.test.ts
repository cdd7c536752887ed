import { isPipelineError } from '../../src/errors.ts';
import type { Template } from '../../src/plan/plan.ts';
import { resolveTemplate } from '../../src/plan/template.ts';

const OUTPUTS = {
  fit: { epochs: 3, metrics: { loss: 0.5, best: null }, layers: [1, 2], note: '${{ params.a }}' },
};
const ref = (...path: string[]): Template => ({ ref: { step: 'fit', path } });

describe('resolveTemplate', () => {
  it('puts outputs in their places and keeps their types', () => {
    const template: Template = {
      map: {
        epochs: ref('epochs'),
        list: { list: [ref('metrics', 'loss'), ref('metrics', 'best'), { literal: 'x' }] },
        layers: ref('layers'),
      },
    };
    expect(resolveTemplate(template, OUTPUTS)).toEqual({
      epochs: 3,
      list: [0.5, null, 'x'],
      layers: [1, 2],
    });
  });

  it('makes text of what stands inside text', () => {
    const template: Template = { concat: [{ literal: 'ran ' }, ref('epochs'), { literal: '!' }] };
    expect(resolveTemplate(template, OUTPUTS)).toBe('ran 3!');
  });

  it('never reads an output as an expression', () => {
    expect(resolveTemplate(ref('note'), OUTPUTS)).toBe('${{ params.a }}');
  });

  it.each([
    ['a step that gave nothing', { ref: { step: 'ghost', path: ['a'] } }],
    ['an output that is missing', ref('loss')],
    ['a part that is missing', ref('metrics', 'accuracy')],
    ['a part of a number', ref('epochs', 'toFixed')],
    ['a part of a list', ref('layers', 'length')],
    ['what every object inherits', ref('constructor')],
    ['a step named like what every object inherits', { ref: { step: 'toString', path: ['a'] } }],
  ] as [string, Template][])('refuses %s', (_, template) => {
    try {
      resolveTemplate(template, OUTPUTS);
    } catch (error) {
      expect(isPipelineError(error) && error.code).toBe('OUTPUT_UNKNOWN');
      return;
    }
    throw new Error('it was accepted');
  });
});
