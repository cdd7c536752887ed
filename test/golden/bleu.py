"""Golden values for test/ml/audit/bleu.test.ts, from sacreBLEU.

sacrebleu 2.5.1:  python test/golden/bleu.py > test/golden/bleu.json

Corpora of words that are split already: ordinary; shorter and longer than the references; without a
common 4-gram, so that smoothing counts; without any common word; texts of fewer than four words;
repeated words, whose counts are clipped; empty texts among others.
"""
import json
import random

from sacrebleu.metrics import BLEU

rng = random.Random(11)
words = [f"w{i}" for i in range(12)]


def noisy(reference, rate):
    out = []
    for word in reference:
        draw = rng.random()
        if draw < rate / 3:
            continue
        out.append(rng.choice(words) if draw < rate else word)
    return out


def drawn(texts, shortest, longest, rate):
    references = [[rng.choice(words) for _ in range(rng.randint(shortest, longest))] for _ in range(texts)]
    return [[noisy(reference, rate), reference] for reference in references]


corpora = {
    "ordinary": drawn(20, 5, 12, 0.3),
    "short": [[written[:-2], reference] for written, reference in drawn(10, 6, 9, 0.1)],
    "long": [[written + ["w1", "w2"], reference] for written, reference in drawn(10, 6, 9, 0.1)],
    "no common 4-gram": [[["a", "b", "c", "x", "d"], ["a", "b", "c", "y", "d"]], [["e", "f", "q"], ["e", "g", "f"]]],
    "no common 2-gram": [[["a", "x", "c", "y"], ["a", "b", "c", "d"]]],
    "no common word": [[["x", "y", "z", "u"], ["a", "b", "c", "d"]]],
    "under four words": [[["a", "b"], ["a", "b"]], [["c"], ["c"]]],
    "clipped": [[["the"] * 7, ["the", "cat", "is", "on", "the", "mat"]], [["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"]]],
    "an empty text": [[[], ["a", "b"]], [["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "f"]]],
    "perfect": [[["a", "b", "c", "d"], ["a", "b", "c", "d"]], [["e"], ["e"]]],
}

golden = []
for name, pairs in corpora.items():
    for smoothing in ("none", "exp"):
        bleu = BLEU(tokenize="none", smooth_method=smoothing, force=True)
        score = bleu.corpus_score(
            [" ".join(written) for written, _ in pairs], [[" ".join(reference) for _, reference in pairs]]
        )
        golden.append(
            {
                "name": name,
                "smoothing": smoothing,
                "pairs": [{"written": w, "reference": r} for w, r in pairs],
                "value": score.score / 100,
                "counts": score.counts,
                "totals": score.totals,
                "brevityPenalty": score.bp,
                "writtenLength": score.sys_len,
                "referenceLength": score.ref_len,
            }
        )
print(json.dumps(golden))
