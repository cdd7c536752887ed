import {
  type AskNext,
  type BeamOptions,
  searchBeams,
  type WrittenText,
} from '../../../src/ml/decoding/beam-search.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const [START, END, A, B] = [2, 3, 4, 5];
const CLASSES = 6;
const LENGTH = 4;

/** A model with logits of its own for each beginning of each row, drawn once. */
function drawnModel(seed: number) {
  const logits = new Map<string, Float32Array>();
  const logitsOf = (row: number, tokens: readonly number[]): Float32Array => {
    const key = `${row}:${tokens.join()}`;
    const known = logits.get(key);
    if (known) return known;
    const random = new CounterRandom({ seed, stream: key });
    // Padding, unknown and start are the likeliest of all, and never written.
    const drawn = Float32Array.from({ length: CLASSES }, (_, token) =>
      token < END ? 3 : 3 * random.normal(),
    );
    logits.set(key, drawn);
    return drawn;
  };
  const ask: AskNext = ({ tokens, rows }) => {
    const steps = tokens.length / rows.length;
    const all = new Float32Array(rows.length * CLASSES);
    rows.forEach((row, at) => {
      const [first, ...rest] = tokens.subarray(at * steps, (at + 1) * steps);
      expect(first).toBe(START);
      all.set(logitsOf(row, rest), at * CLASSES);
    });
    return all;
  };
  return { ask, logitsOf };
}

type Model = ReturnType<typeof drawnModel>;

function logProbabilityOf({ logitsOf }: Model, row: number, tokens: readonly number[]): number {
  return tokens.reduce((sum, token, at) => {
    const z = [...logitsOf(row, tokens.slice(0, at))];
    return sum + z[token]! - Math.log(z.reduce((total, value) => total + Math.exp(value), 0));
  }, 0);
}

/** Every text that ends within the length. */
const TEXTS = (() => {
  const begun: number[][] = [[]];
  for (const text of begun) if (text.length < LENGTH - 1) begun.push([...text, A], [...text, B]);
  return begun.map((text) => [...text, END]);
})();

/** The best by going through all of them. */
function bestText(model: Model, row: number, lengthPenalty: number) {
  const scored = TEXTS.map((text) => {
    const logProbability = logProbabilityOf(model, row, text);
    return {
      text,
      logProbability,
      score: logProbability / ((5 + text.length) / 6) ** lengthPenalty,
    };
  });
  return scored.reduce((best, each) => (each.score > best.score ? each : best));
}

const search = (model: Model, rows: number, options: Partial<BeamOptions>): WrittenText[] =>
  searchBeams(rows, model.ask, { beam: 1, lengthPenalty: 0, length: LENGTH, ...options });

describe('a search with room for every beginning', () => {
  it.each([0, 0.6, 2])(
    'finds the best of all texts, with a length penalty of %d',
    (lengthPenalty) => {
      expect(TEXTS).toHaveLength(15);
      const found = new Set<string>();
      for (let seed = 0; seed < 40; seed += 1) {
        const model = drawnModel(seed);
        for (const [row, text] of search(model, 3, { beam: 32, lengthPenalty }).entries()) {
          const best = bestText(model, row, lengthPenalty);
          expect([...text.tokens, END]).toEqual(best.text);
          expect(text.logProbability).toBeCloseTo(best.logProbability, 5);
          expect(text.isEnded).toBe(true);
          found.add(text.tokens.join());
        }
      }
      expect(found.size).toBeGreaterThan(3);
    },
  );
});

describe('a beam of one', () => {
  it('takes the likeliest token each time', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const model = drawnModel(seed);
      const [text] = search(model, 1, {});
      const tokens: number[] = [];
      while (tokens.length < LENGTH) {
        const z = [...model.logitsOf(0, tokens)].map((value, token) =>
          token < END ? -Infinity : value,
        );
        const token = z.indexOf(Math.max(...z));
        if (token === END) break;
        tokens.push(token);
      }
      expect(text?.tokens).toEqual(tokens);
      expect(text?.isEnded).toBe(tokens.length < LENGTH);
    }
  });

  it('takes the lower id and the earlier beginning of equals', () => {
    const ask: AskNext = ({ rows }) => new Float32Array(rows.length * CLASSES);
    const [text] = searchBeams(1, ask, { beam: 1, lengthPenalty: 0, length: 3 });
    expect(text).toMatchObject({ tokens: [], isEnded: true });
    expect(text?.logProbability).toBeCloseTo(Math.log(1 / CLASSES), 12);
  });
});

describe('a search', () => {
  it('is never worse with a wider beam than the likeliest of a narrow one, on the whole', () => {
    const mean = (beam: number) => {
      let sum = 0;
      for (let seed = 0; seed < 60; seed += 1) {
        const [text] = search(drawnModel(seed), 1, { beam });
        sum += text?.isEnded ? text.logProbability : -20;
      }
      return sum / 60;
    };
    expect(mean(4)).toBeGreaterThan(mean(1));
  });

  it('gives a row the same text whatever rows stand beside it', () => {
    const model = drawnModel(3);
    const together = search(model, 5, { beam: 3, lengthPenalty: 1 });
    for (const [row, text] of together.entries()) {
      const shifted: AskNext = ({ tokens, rows }) =>
        model.ask({ tokens, rows: rows.map(() => row) });
      const options = { beam: 3, lengthPenalty: 1, length: LENGTH };
      expect(searchBeams(1, shifted, options)).toEqual([text]);
    }
  });

  it('asks no more once every row is done', () => {
    let asked = 0;
    const ask: AskNext = ({ rows }) => {
      asked += 1;
      const logits = new Float32Array(rows.length * CLASSES);
      rows.forEach((row, at) => {
        logits[at * CLASSES + (asked > row ? END : A)] = 50;
      });
      return logits;
    };
    const texts = searchBeams(2, ask, { beam: 1, lengthPenalty: 0, length: 100 });
    expect(asked).toBe(2);
    expect(texts.map(({ tokens }) => tokens)).toEqual([[], [A]]);
  });

  it('gives what it has where no end comes', () => {
    const ask: AskNext = ({ rows }) =>
      Float32Array.from({ length: rows.length * CLASSES }, (_, at) =>
        at % CLASSES === B ? 50 : 0,
      );
    const [text] = searchBeams(1, ask, { beam: 1, lengthPenalty: 0, length: 3 });
    expect(text).toMatchObject({ tokens: [B, B, B], isEnded: false });
  });
});
