import { PassThrough } from 'node:stream';
import { seconds, Terminal } from '../../src/cli/terminal.ts';

it.each([
  [59_940, '59.9 s'],
  [59_999, '1 min 0 s'],
  [119_700, '2 min 0 s'],
  [3_599_800, '1 h 0 min'],
  [86_399_000, '1 d 0 h'],
  [100_000_000, '1 d 4 h'],
])('says %d ms as "%s"', (ms, text) => {
  expect(seconds(ms)).toBe(text);
});

it('keeps a cell on its row, whatever it holds', () => {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, cwd: '/' };
  new Terminal(io).table(['item'], [['cat\nx  approved\u001b[2K']]);
  expect(String(stdout.read())).toBe('item\ncat x  approved\ufffd[2K\n');
});
