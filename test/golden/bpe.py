"""Golden values for test/data/encoders/train-bpe.test.ts, from Hugging Face's tokenizers.

tokenizers 0.21.0:  python test/golden/bpe.py > test/golden/bpe.json

Each case: the texts, how it was trained, the merges that were learned, and the ids of other texts.
"""
import json

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SPECIALS = ["[PAD]", "[UNK]", "[START]", "[END]"]

WORDS = ["low lower lowest", "newer wider", "low low newer", "wide widest, the newest!", "aaaa aa aaa"]
LANGUAGES = [
    "Der Fluss fließt über die Brücke; die Brücke ist alt.",
    "Le fleuve coule sous le pont, et le pont est vieux.",
    "川は橋の下を流れる。橋は古い。",
    "The river's flowing under the bridge — and we're on it. 12 bridges, 345 rivers",
    "emoji 🙂🙂 and\ttabs\n\nand lines",
] * 2
UNSEEN = ["the lowest Bridge", "über 7 Brücken", "橋🙂", "", "[PAD] is text", "unseen\u0000? zzz"]


def case(texts, vocabulary, least, lowercase):
    tokenizer = Tokenizer(models.BPE())
    parts = [normalizers.NFC()] + ([normalizers.Lowercase()] if lowercase else [])
    tokenizer.normalizer = normalizers.Sequence(parts)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            min_frequency=least,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=SPECIALS,
            show_progress=False,
        ),
    )
    model = json.loads(tokenizer.to_str())["model"]
    # The specials are no added tokens in ours: a text that says "[PAD]" is a text.
    plain = Tokenizer(models.BPE(vocab=model["vocab"], merges=[tuple(pair) for pair in model["merges"]]))
    plain.normalizer, plain.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    return {
        "texts": texts,
        "vocabulary": vocabulary,
        "minCount": least,
        "lowercase": lowercase,
        "merges": model["merges"],
        "tokens": len(model["vocab"]),
        "encoded": [{"text": text, "ids": plain.encode(text).ids} for text in texts + UNSEEN],
    }


print(
    json.dumps(
        [
            case(WORDS, 280, 2, True),
            case(WORDS, 300, 1, False),
            case(LANGUAGES, 400, 2, True),
            case(LANGUAGES, 330, 3, False),
        ]
    )
)
