import { secretPlaces } from '../../src/plan/secret-marker.ts';

it('finds the places of secrets by the template alone', () => {
  expect(
    secretPlaces({
      map: {
        plain: { literal: { $secret: { name: 'x', source: { env: 'X' } } } },
        whole: { secret: 'token' },
        'a/b~c': {
          list: [{ literal: 1 }, { concat: [{ literal: 'Bearer ' }, { secret: 'token' }] }],
        },
        text: { concat: [{ literal: 'a' }, { ref: { step: 's', path: ['o'] } }] },
        computed: { expression: 'steps.s.outputs' },
        answer: { ref: { step: 's', path: [] } },
      },
    }),
  ).toEqual(['/whole', '/a~1b~0c/1']);
});

it('finds none in a literal', () => {
  expect(secretPlaces({ literal: { $secret: {} } })).toEqual([]);
});
