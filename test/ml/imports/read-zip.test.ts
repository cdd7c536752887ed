import { strToU8, zipSync } from 'fflate';
import { readZip } from '../../../src/ml/imports/read-zip.ts';

const invalid = expect.objectContaining({ code: 'MODEL_INVALID' });

/** Sets a field of 4 bytes in every header with a signature. */
function forge(zip: Uint8Array, signature: number, at: number, value: number): Uint8Array {
  const forged = zip.slice();
  const view = new DataView(forged.buffer);
  for (let place = 0; place + 4 <= forged.length; place += 1) {
    if (view.getUint32(place, true) === signature) view.setUint32(place + at, value, true);
  }
  return forged;
}
const CENTRAL = 0x02014b50;
const SIZE_AT = 24;

test('gives the named files and no others', () => {
  const zip = zipSync({ 'a.json': strToU8('{}'), '../b': strToU8('x') });
  expect([...readZip(zip, { 'a.json': 10 })]).toEqual([['a.json', strToU8('{}')]]);
});

test('refuses a file that would unpack to more than its limit', () => {
  const zip = zipSync({ a: new Uint8Array(1_000_000) });
  expect(zip.length).toBeLessThan(5_000);
  expect(() => readZip(zip, { a: 1000 })).toThrow(invalid);
});

test('unpacks no more bytes than a file says it has, and refuses one that has fewer', () => {
  const zip = zipSync({ a: new Uint8Array(1_000_000) });
  const small = readZip(forge(zip, CENTRAL, SIZE_AT, 10), { a: 4_000_000 });
  expect(small.get('a')).toHaveLength(10);
  const large = forge(zip, CENTRAL, SIZE_AT, 2_000_000);
  expect(() => readZip(large, { a: 4_000_000 })).toThrow(invalid);
});

test('refuses an archive that lacks a file, has too many, or is none', () => {
  expect(() => readZip(zipSync({ a: strToU8('x') }), { b: 10 })).toThrow(invalid);
  const many = Object.fromEntries(Array.from({ length: 1200 }, (_, at) => [`f${at}`, strToU8('')]));
  expect(() => readZip(zipSync(many), { f1199: 10 })).toThrow(invalid);
  expect(() => readZip(strToU8('no zip at all'), { a: 10 })).toThrow(invalid);
});
