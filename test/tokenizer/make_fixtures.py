#!/usr/bin/env python3
"""Writes the fixtures of the tokenizer's tests: small tokenizers, and what Hugging Face's `tokenizers` makes of many texts.

Each tokenizer is trained here on a few texts and is put together like those of a family of models (NAMES below). A fixture
NAME.json holds its tokenizer.json, the ids that its template puts `before` and `after` a text, the ids of each text of
texts.json (`encodings`), and for lists of ids drawn at random whether special tokens are skipped and the text (`decoded`). Needs the Python package `tokenizers` (0.23 wrote the committed
files), which the tests do not.
"""

from __future__ import annotations

import json
import pydoc_data.topics
import random
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parent / "fuzz/corpus/tokenizer"

SENTENCES = """In the beginning God created the heaven and the earth. It's 12345 o'clock; THEY'RE here, we'll see -- don't!
The quick brown fox jumps over the lazy dog 3.14159 times (or 2,718,281 times?), didn't it?
def f(x):\n    if x > 10:\n        return {"a": [1, 2, 3]}  # comment\n\treturn None\r\n
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Ça va? Où êtes-vous, garçon? Ñandú, señor!
Съешь же ещё этих мягких французских булок, да выпей чаю. Ελληνικά: ξεσκεπάζω την ψυχοφθόρα βδελυγμία.
我能吞下玻璃而不伤身体。私はガラスを食べられます。それは私を傷つけません。나는 유리를 먹을 수 있어요. 그래도 아프지 않아요
أنا قادر على أكل الزجاج و هذا لا يؤلمني. אני יכול לאכול זכוכית וזה לא מזיק לי. मैं काँच खा सकता हूँ और मुझे उससे कोई चोट नहीं पहुंचती. ฉันกินกระจกได้ แต่มันไม่ทำให้ฉันเจ็บ
👩‍👩‍👧‍👦 family, 🇩🇪 flag, 👍🏽 thumb, ❤️ heart, 🏳️‍🌈; x² + y² = z², ½ ¾ ⅷ ٣٤٥ १२३ 𝟘𝟙 ①②""".split("\n")

#: Texts with something in them each.
SPECIAL_TEXTS = [
    "", " ", "  ", "\n", "\n\n\n", "\t", " \t \n ", "a", " a", "a ", "  a  ", "▁", "▁a", "a▁b", " ▁ a",
    "e\u0301", "\u00e9", "A\u030a", "\u212b", "\u1e9b\u0323", "\ufb01", "ﬃ ﬆ ß ẞ ſ 'ſ", "İstanbul ISTANBUL ı", "ΑΣ ΟΔΟΣ ς",
    "\u1100\u1161\u11a8", "각", "각 각", "\u0344", "\u0958", "が か\u3099", "ｶﾞ", "㍿ ㌔", "Ⅷ ⅷ ½", "a\u0328\u0301 a\u0301\u0328",
    "\u200d", "a\u200db", "a\u200cb", "\ufeffa", "a\u00a0b", "\u3000a", "a\u2028b\u2029c", "a\u0085b", "a\u180eb", "a\u200bb", "\u202fx",
    "\x00", "a\x00b", "\x01\x02\x1f\x7f", "\x1b[0m", "\u0600", "\ue000", "\U000f0000", "\uffff", "\U0010ffff", "\ufffd", "\U0001f9ff",
    "it's IT'S It'S we'LL 'tis 'TIS rock'n'roll 'd 'D '' '", "don’t can’t", "1", "12", "123", "1234", "12345678", "1,234.5", "0x1F", "٣٤٥٦ १२३४ Ⅻ ²³",
    "<s>", "</s>", "<unk>", "<s>a</s>", "a<s>b", " <s> ", "<|endoftext|>", "a <|endoftext|> b", "<|endoftext|><|endoftext|>", "<|endof text|>",
    "<mask>", "a <mask> b", "a<mask>b", "  <mask>  ", "word", "words", "a word b", "sword", "word.", "keyword word", "[LONG]", "[LONG][LONGER]", "[LONGE",
    "<0x41>", "<0xE4>", "<0xZZ>", "<0x", "\r\n", "a\r\n\r\nb", "a\n\n b", "a \n b", "    indent\n        more\n", "tab\tsep\t\tx", "x" * 50, "ab" * 40, " " * 17, "\n" * 9,
    "!!!", "...", "?!", "a.b,c;d:e", "(a)[b]{c}", "a-b_c", "__init__", "$5 €5 £5", "a+b=c", "#tag @user", "https://example.com/a?b=c&d=e#f", "user@example.com",
    "C++ C# F#", "/* x */ // y", "\\n \\t \\\\", "\"quoted\" 'single' “double” ‘x’ «y»", "a–b—c…", "CamelCase camelCase HTTPServer iPhone XMLHttp", "ALLCAPS lower Title",
    "ǅ ǈ Ǆ", "ªº ʰ", "한국어 텍스트", "日本語テキスト", "中文文本，标点。", "ไทย", "हिन्दी क्षि", "العربية مُشَكَّل", "עִבְרִית", "Ελληνικά άέ", "русский ё й", "tiếng Việt ờ ậ", "İ", "i̇",
    "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪🇫🇷", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𐍈𐌰", "a\u0300\u0301\u0302\u0303\u0304", "\u0301", " \u0301", "a \u0301b", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
]  # fmt: skip

POOLS = ["abcdefghij ", "ABCdef' ", "0123456789., ", " \n\t\r ", "éàüñçøåß ", "абвгд ", "中文字。 ", "👍❤️\u200d ", "<>|s/[]_ ", "'stmdrvel ", "▁ a", "\u0301\u0327ae", "()!?-\"# "]


def make_texts() -> list[str]:
    """The texts, the same in every run."""
    rng = random.Random(1)
    texts = SPECIAL_TEXTS + SENTENCES
    while len(texts) < 280:
        pools = rng.sample(POOLS, rng.choice([1, 2, 3, 5]))
        text = "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randint(2, 40)))
        if rng.random() < 0.3:
            text = rng.choice(SENTENCES)[: rng.randint(1, 60)] + text
        if rng.random() < 0.15:
            text += rng.choice(["<s>", "</s>", "<|endoftext|>", "<mask>", "word", "   "]) + rng.choice(SPECIAL_TEXTS)
        texts.append(text)
    return texts


CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
#: Everything that Oniguruma and PCRE2 read differently.
ODD = r"\w+\b|\h{2}+|[\s\d]{2,}?|\p{Han}|\p{^Letter}{2}?x|\S\B|[^\S\n]|\D{,2}|\v"

BYTES = [f"<0x{i:02X}>" for i in range(256)]


def template(bos: str, ident: int) -> processors.PostProcessor:
    return processors.TemplateProcessing(single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, ident)])


def byte_level(tok: Tokenizer, corpus: list[str], special: list[str], size: int = 700) -> Tokenizer:
    """Trains a byte-level BPE."""
    tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tok.train_from_iterator(corpus, trainer)
    return tok


def fallback_bpe(tok: Tokenizer, corpus: list[str], size: int = 900) -> Tokenizer:
    """Trains a BPE of characters with byte tokens."""
    special = ["<unk>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special + BYTES, limit_alphabet=100, show_progress=False)
    tok.train_from_iterator(corpus, trainer)
    # The byte tokens are tokens of the model only.
    data = json.loads(tok.to_str())
    data["added_tokens"] = [t for t in data["added_tokens"] if t["content"] in special]
    data["model"].update(byte_fallback=True, fuse_unk=True, unk_token="<unk>")
    return Tokenizer.from_str(json.dumps(data))


def llama_decoder(strip: bool = True) -> decoders.Decoder:
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strip else []))


def make_neox(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE())
    tok.normalizer = normalizers.NFC()
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.post_processor = processors.ByteLevel(trim_offsets=True)
    tok = byte_level(tok, corpus, ["<|endoftext|>", "<|padding|>"])
    tok.add_tokens([AddedToken(" " * n, normalized=True) for n in range(8, 1, -1)])
    return tok


def make_llama2(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok = fallback_bpe(tok, corpus)
    tok.post_processor = template("<s>", 1)
    tok.decoder = llama_decoder()
    return tok


def make_llama3(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE(ignore_merges=True))
    byte = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CL100K), "isolated"), byte])
    tok = byte_level(tok, corpus, [])
    tok.add_special_tokens(["<s>", "</s>", "<|endoftext|>"])
    # A word that only ignore_merges finds.
    data = json.loads(tok.to_str())
    begin = len(data["model"]["vocab"]) + 3
    data["model"]["vocab"]["Ġjumps"] = begin
    tok = Tokenizer.from_str(json.dumps(data))
    number = tok.token_to_id("<s>")
    byte_post = processors.ByteLevel(trim_offsets=False)
    tok.post_processor = processors.Sequence([byte_post, template("<s>", number)])
    return tok


def make_granite(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE())
    byte = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte])
    return byte_level(tok, corpus, ["<|endoftext|>", "<s>"])


def make_tekken(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE(ignore_merges=True))
    byte = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(TEKKEN), "isolated"), byte])
    tok = byte_level(tok, corpus, ["<unk>", "<s>", "</s>"])
    tok.post_processor = template("<s>", 1)
    return tok


def make_falcon(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE())
    parts = [
        pre_tokenizers.Punctuation("contiguous"),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated"),
    ]
    tok.pre_tokenizer = pre_tokenizers.Sequence(parts)
    return byte_level(tok, corpus, ["<|endoftext|>", "<mask>"])


def make_mistral(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tok.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tok = fallback_bpe(tok, corpus)
    tok.post_processor = template("<s>", 1)
    tok.decoder = llama_decoder()
    return tok


def make_gemma(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tok.normalizer = normalizers.Replace(" ", "▁")
    tok.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tok = fallback_bpe(tok, corpus)
    tok.decoder = llama_decoder(strip=False)
    return tok


def make_qwen(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE())
    tok.normalizer = normalizers.NFC()
    byte = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), "isolated"), byte])
    return byte_level(tok, corpus, ["<|endoftext|>"])


def make_gpt2(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tok = byte_level(tok, corpus, ["<s>", "</s>", "<mask>"])
    tok.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return tok


def make_words(corpus: list[str]) -> Tokenizer:
    """A BPE of lower-case words with marks at continuations and ends, unknown characters, and no decoder."""
    tok = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", end_of_word_suffix="</w>"))
    tok.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents(), normalizers.Strip()])
    tok.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<unk>", "<s>"], limit_alphabet=70, show_progress=False,
        continuing_subword_prefix="##", end_of_word_suffix="</w>",
    )  # fmt: skip
    tok.train_from_iterator(corpus, trainer)
    tok.add_tokens([AddedToken("Word", single_word=True, normalized=True), AddedToken("[LONG]", normalized=False)])
    return tok


def make_splits(corpus: list[str]) -> Tokenizer:
    """All ways of splitting, and added tokens that take spaces."""
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    parts = [
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.CharDelimiterSplit("-"),
        pre_tokenizers.Split(",", "removed"),
        pre_tokenizers.Split(Regex(r"[.!?]+"), "merged_with_previous"),
        pre_tokenizers.Split("(", "merged_with_next"),
        pre_tokenizers.Split(Regex("[a-z]"), "contiguous"),
        pre_tokenizers.Split(Regex("[0-9a-f]+"), "isolated", invert=True),
    ]
    tok.pre_tokenizer = pre_tokenizers.Sequence(parts)
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], limit_alphabet=70, show_progress=False)
    tok.train_from_iterator(corpus, trainer)
    added = [
        AddedToken("<mask>", lstrip=True, rstrip=False, special=True),
        AddedToken("<s>", rstrip=True, special=True),
        AddedToken("word", single_word=True, normalized=False),
        AddedToken("[LONG]", normalized=False),
        AddedToken("[LONG][LONGER]", normalized=False),
    ]
    tok.add_tokens(added)
    tok.decoder = decoders.Sequence([decoders.Replace("e", "E"), decoders.Fuse(), decoders.Strip("t", 2, 0)])
    return tok


def make_odd(corpus: list[str]) -> Tokenizer:
    tok = Tokenizer(models.BPE())
    byte = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(ODD), "isolated"), byte])
    return byte_level(tok, corpus, ["<s>"], 450)


def make_unigram(corpus: list[str], fallback: bool = False) -> Tokenizer:
    tok = Tokenizer(models.Unigram())
    tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tok.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    special = ["<unk>", "<s>", "</s>"]
    trainer = trainers.UnigramTrainer(vocab_size=600, special_tokens=special, unk_token="<unk>", show_progress=False)
    tok.train_from_iterator(corpus, trainer)
    tok.decoder = decoders.Metaspace(prepend_scheme="always")
    tok.post_processor = template("<s>", 1)
    if fallback:
        data = json.loads(tok.to_str())
        data["model"]["byte_fallback"] = True
        data["model"]["vocab"] += [[byte, 0.0] for byte in BYTES]
        tok = Tokenizer.from_str(json.dumps(data))
        tok.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="always")])
    return tok


MAKERS = {
    "neox": make_neox,
    "llama2": make_llama2,
    "llama3": make_llama3,
    "granite": make_granite,
    "tekken": make_tekken,
    "falcon": make_falcon,
    "mistral": make_mistral,
    "gemma": make_gemma,
    "qwen": make_qwen,
    "gpt2": make_gpt2,
    "words": make_words,
    "splits": make_splits,
    "odd": make_odd,
    "unigram": make_unigram,
    "unigram_bytes": lambda corpus: make_unigram(corpus, fallback=True),
}


def write_seed(name: str, tokenizer: dict[str, Any]) -> None:
    """Writes the seed of the fuzz target: a tokenizer with few tokens."""
    model = tokenizer["model"]

    def small(token: str) -> bool:
        return set(token) <= set("abĠ▁</w>s#unkx0E9") and len(token) < 8

    if isinstance(model["vocab"], dict):
        vocabulary = {token: ident for token, ident in model["vocab"].items() if small(token) and ident < 600}
        prefix = len(model.get("continuing_subword_prefix") or "")
        model["merges"] = [[a, b] for a, b in model["merges"] if {a, b, a + b[prefix:]} <= vocabulary.keys()]
        model["vocab"] = vocabulary
    else:
        model["vocab"] = model["vocab"][:3] + [entry for entry in model["vocab"][3:] if small(entry[0])]
    seed = {"tokenizer": tokenizer, "config": {"bos_token": "<s>"}, "text": "ab ba  <s>bab\n12 é", "ids": [0, 3, 40, 65, 1]}
    (SEEDS / f"{name}.json").write_text(json.dumps(seed, separators=(",", ":")) + "\n")


def main() -> None:
    """Writes all files."""
    topics = pydoc_data.topics.topics
    corpus = SENTENCES * 3 + [topics[key] for key in sorted(topics)[:12]]
    texts = make_texts()
    SEEDS.mkdir(parents=True, exist_ok=True)
    (HERE / "texts.json").write_text(json.dumps(texts, ensure_ascii=True, indent=0) + "\n")
    for name, make in MAKERS.items():
        tok = make(corpus)
        rng = random.Random(name)
        size = tok.get_vocab_size()
        encodings: list[list[int]] = []
        around = tok.encode("a", add_special_tokens=True).ids
        inner = tok.encode("a", add_special_tokens=False).ids
        before = around[: around.index(inner[0])]
        after = around[len(before) + len(inner) :]
        for text in texts:
            ids = tok.encode(text, add_special_tokens=False).ids
            assert tok.encode(text, add_special_tokens=True).ids == before + ids + after, text
            encodings.append(ids)
        sequences = [[rng.randrange(size + 2) for _ in range(rng.randint(1, 24))] for _ in range(30)]
        first = tok.token_to_id("<0x00>")
        if first is not None:
            sequences += [[first + rng.randrange(256) for _ in range(rng.randint(1, 6))] + [size - 1] for _ in range(20)]
            sequences += [[first + b for b in "é中👍".encode()] + [size // 2], [first + b for b in "中".encode()]]
        sequences += [ids for ids in encodings if ids and rng.random() < 0.15]
        decoded = [[ids, skip, tok.decode(ids, skip_special_tokens=skip)] for ids in sequences for skip in (True, False)]
        fixture = {
            "tokenizer": json.loads(tok.to_str()), "before": before, "after": after, "encodings": encodings, "decoded": decoded,
        }  # fmt: skip
        text = json.dumps(fixture, separators=(",", ":"), ensure_ascii=True)
        (HERE / f"{name}.json").write_text(text + "\n")
        write_seed(name, fixture["tokenizer"])
        print(name, size, len(text), sum(len(e) for e in encodings))


if __name__ == "__main__":
    main()
