import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogWriter } from '../../src/activities/log-writer.ts';
import { appendRunLog, readRunLog, type RunLogLine } from '../../src/activities/run-log.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-log-'));
  file = path.join(folder, 'runs', 'r', 'log.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const line = (message: string): RunLogLine => ({
  timeMs: 1,
  step: 's',
  attempt: 2,
  level: 'warn',
  message,
  fields: { epoch: 3 },
});
const messages = (lines: readonly RunLogLine[]) => lines.map(({ message }) => message);

it('has no lines before there is a file', async () => {
  expect(await readRunLog(file)).toEqual({ lines: [], nextOffset: 0, damaged: 0 });
});

it('gives back lines whole, and then only those that were added', async () => {
  await appendRunLog(file, [line('one'), line('zwei ✓\nand a second row')]);
  const first = await readRunLog(file);
  expect(first.lines).toEqual([line('one'), line('zwei ✓\nand a second row')]);
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  await appendRunLog(file, [line('three')]);
  const second = await readRunLog(file, first.nextOffset);
  expect(messages(second.lines)).toEqual(['three']);
  expect(messages((await readRunLog(file, second.nextOffset)).lines)).toEqual([]);
});

it('leaves a line that is being written for the next read', async () => {
  await appendRunLog(file, [line('one')]);
  const text = JSON.stringify(line('two'));
  await appendFile(file, text.slice(0, 20));
  const first = await readRunLog(file);
  expect({ messages: messages(first.lines), damaged: first.damaged }).toEqual({
    messages: ['one'],
    damaged: 0,
  });
  await appendFile(file, `${text.slice(20)}\n`);
  expect(messages((await readRunLog(file, first.nextOffset)).lines)).toEqual(['two']);
});

it('loses a line that a crash tore, and no other', async () => {
  await appendRunLog(file, [line('one')]);
  await appendFile(file, '{"timeMs":1,"st');
  await appendRunLog(file, [line('two')]);
  const page = await readRunLog(file);
  expect(messages(page.lines)).toEqual(['one', 'two']);
  expect(page.damaged).toBe(1);
});

it('begins anew when the file was replaced by a shorter one', async () => {
  await appendRunLog(file, [line('a long first line'), line('another')]);
  const { nextOffset } = await readRunLog(file);
  await writeFile(file, `${JSON.stringify(line('new'))}\n`);
  expect(messages((await readRunLog(file, nextOffset)).lines)).toEqual(['new']);
});

it('cuts a message that is far too long', async () => {
  await appendRunLog(file, [line('x'.repeat(100_000))]);
  const { lines } = await readRunLog(file);
  expect(lines[0]?.message.length).toBeLessThan(3000);
  expect(lines[0]?.message).toContain('cut');
});

it('keeps the lines of many writers apart and each writer in order', async () => {
  const writers = Array.from({ length: 8 }, (_, step) =>
    createLogWriter(file, { step: `s${step}`, attempt: 1 }),
  );
  for (let i = 0; i < 100; i += 1) {
    for (const writer of writers) writer.write({ timeMs: i, level: 'info', message: `${i}` });
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writers.map((writer) => writer.close()));
  const { lines, damaged } = await readRunLog(file);
  expect({ lines: lines.length, damaged }).toEqual({ lines: 800, damaged: 0 });
  for (let step = 0; step < 8; step += 1) {
    const own = lines.filter((entry) => entry.step === `s${step}`);
    expect(messages(own)).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
  }
});

it('does not fail a step whose log cannot be written, and says so once', async () => {
  await writeFile(path.join(folder, 'runs'), 'a file in the way');
  const written: string[] = [];
  const original = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text: string) => written.push(text) > 0;
  try {
    const writer = createLogWriter(file, { step: 's', attempt: 1 });
    writer.write({ timeMs: 1, level: 'info', message: 'a' });
    await writer.close();
    writer.write({ timeMs: 2, level: 'info', message: 'b' });
    await writer.close();
  } finally {
    process.stderr.write = original;
  }
  expect(written).toHaveLength(1);
  expect(written[0]).toContain(file);
});
