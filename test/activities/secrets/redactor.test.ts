import fc from 'fast-check';
import { createRedactor } from '../../../src/activities/secrets/redactor.ts';
import { PipelineError } from '../../../src/errors.ts';

const SECRET = 'pa55/w+rd?"é';
const redactor = createRedactor([SECRET]);

describe('a secret in a text becomes stars', () => {
  const basic = Buffer.from(`user:${SECRET}`).toString('base64');
  it.each([
    ['as it is', SECRET],
    ['as base64', Buffer.from(SECRET).toString('base64')],
    ['as base64url', Buffer.from(SECRET).toString('base64url')],
    ['as hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL, in lower case', encodeURIComponent(SECRET).toLowerCase()],
    ['in a form', new URLSearchParams({ x: SECRET }).toString().slice(2)],
    ['within JSON', JSON.stringify({ a: SECRET })],
  ])('%s', (_, form) => {
    const said = redactor.text(`before ${form} after`);
    expect(said).toMatch(/^before .*\*\*\*.* after$/);
    expect(said).not.toContain(form.replaceAll(/[{}:"=]/g, '').slice(1, 8));
  });

  it('within the base64 of a longer text, whatever stands before it', () => {
    expect(redactor.text(basic)).toContain('***');
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (head, tail) => {
        const said = redactor.text(Buffer.from(head + SECRET + tail).toString('base64'));
        // What is left of the secret is at most the digits that its neighbours share.
        const left = Buffer.from(said.replaceAll('***', ''), 'base64').toString('latin1');
        return said.includes('***') && !left.includes('pa55');
      }),
      { seed: 7 },
    );
  });

  it('line by line, where it has several', () => {
    const key = '-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n-----END KEY-----';
    expect(createRedactor([key]).text('it is mnopqrstuvwx, you know')).toBe('it is ***, you know');
  });

  it('the longer of two first', () => {
    expect(createRedactor(['token', 'token-extra']).text('token-extra')).toBe('***');
  });
});

it('goes through values, keys and numbers', () => {
  const of = createRedactor(['12345678']);
  expect(of.json({ a: ['x12345678', 12345678, 1, null, true], '12345678': {} })).toEqual({
    a: ['x***', '***', 1, null, true],
    '***': {},
  });
});

it('leaves nothing in an error: message, remedy, details, stack, cause', () => {
  const error = new PipelineError('DATA_INVALID', `bad ${SECRET}`, {
    remedy: `not ${SECRET}`,
    details: { [SECRET]: [SECRET] },
    cause: new Error(SECRET),
  });
  const safe = redactor.error(error) as PipelineError;
  expect(safe).toMatchObject({ code: 'DATA_INVALID', message: 'bad ***', remedy: 'not ***' });
  expect(safe.cause).toBeUndefined();
  expect(JSON.stringify([safe.details, safe.stack])).not.toContain('pa55');
  const plain = redactor.error(new TypeError(SECRET)) as Error;
  expect([plain.name, plain.message, String(plain.stack).includes('pa55')]).toEqual([
    'TypeError',
    '***',
    false,
  ]);
});

it('finds a secret in bytes that are no text', () => {
  const bytes = Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(SECRET), Buffer.from([0xfe])]);
  expect([redactor.isIn(bytes), redactor.isIn(bytes.subarray(0, 9))]).toEqual([true, false]);
});

it('changes nothing without secrets', () => {
  const none = createRedactor([]);
  const error = new Error('x', { cause: 1 });
  expect([none.text('abc'), none.error(error)]).toEqual(['abc', error]);
});
