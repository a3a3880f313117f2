#!/usr/bin/env python3
"""Writes nasty_corpus.json: hard texts and the ids of Hugging Face's tokenizer.

Needs `transformers`. Usage: make_nasty_corpus.py MODEL_DIRECTORY
"""

import json
import pathlib
import sys

from transformers import AutoTokenizer

MAX_LENGTHS = [512, 16, 8]

TEXTS = [
    "",
    " ",
    " \t\r\n\v\f ",
    "a",
    "Hello, world!",
    "  leading and trailing  ",
    "line one\nline two\r\nline three\tand a tab",
    "HELLO Hello hello hElLo",
    "café naïve Ångström Zürich façade coöperate",
    "cafe\u0301 nai\u0308ve A\u030angstro\u0308m",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0321\u030a\u0360l\u0348\u0335g\u030co\u0489",
    "\u0301\u0302\u0303",
    "i̇stanbul İSTANBUL ISPARTA ıspanak",
    "straße STRASSE ẞ ŉ ǆ ﬁ ﬂ ﬃ",
    "😀 😂👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇩🇪🇫🇷",
    "👨‍👩‍👧‍👦 👩🏿‍🚀 ❤️‍🔥",
    "zero\u200bwidth\u200cjoin\u200der\u2060word\ufeffmark",
    "non\u00a0breaking\u2003em\u3000ideographic\u202fnarrow",
    "soft\u00adhyphen re\u00adport",
    "你好，世界！ 今天天气很好。",
    "日本語のテキスト、カタカナとひらがな。ｶﾀｶﾅ",
    "한국어 텍스트 \u1112\u1161\u11ab\u1100\u1173\u11af",
    "\U00020000\U0002a6d6 \uf900\ufa0e rare ideographs",
    "مرحبا بالعالم ١٢٣ العَرَبِيَّة",
    "שלום עולם שָׁלוֹם",
    "mixed \u202eright to left\u202c and \u2067isolated\u2069",
    "नमस्ते दुनिया ไทยภาษา বাংলা",
    "Привет, мир! Ёлка Й й",
    "Ελληνικά ΣΊΣΥΦΟΣ σίσυφος",
    "nul\x00in the\x00middle",
    "\x00",
    "control \x01\x02\x07\x08\x1b[31m\x7f\x80\x9f characters",
    "replacement \ufffd and \ufffe noncharacters \uffff \U0010ffff",
    "private \ue000\uf8ff use \U000f0000",
    "\U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8 ｆｕｌｌｗｉｄｔｈ ①②③ ½ x² H₂O",
    "[CLS] [SEP] [PAD] [MASK] [UNK]",
    "[SEP]",
    "a[SEP]b [sep] [ SEP ] [MASK]ed",
    "##ing ## #hash ##",
    "0 1 42 007 3.14 1,000,000 -5 1e-9 ٣",
    "12345678901234567890123456789012345678901234567890",
    "x" * 99,
    "x" * 100,
    "x" * 101,
    "ab" * 200 + " short",
    "pneumonoultramicroscopicsilicovolcanoconiosis antidisestablishmentarianism",
    "don't can't it's o'clock rock'n'roll “quoted” ‘single’ — dash – en…",
    "!@#$%^&*()_+-=[]{}|;':\",./<>?`~",
    "$€£¥₹ © ® ™ § ¶ † ‡ • ° ±",
    "http://example.org/a?b=c&d=%20#e user@example.org C:\\temp\\file.txt",
    "<script>alert('x')</script> &amp; &#x27;",
    "snake_case camelCase kebab-case SCREAMING",
    "....... ,,,,, !!!! ??",
    "a" + "\u0300" * 50 + "b",
    "\ud7ff\ue000 around the surrogates",
    "the quick brown fox jumps over the lazy dog " * 230,
    "word " * 510,
    "word " * 511,
    "長" * 600,
]


def main():
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    cases = []
    for text in TEXTS:
        encodings = {}
        for max_length in MAX_LENGTHS:
            ids = tokenizer(text, truncation=True, max_length=max_length)["input_ids"]
            encodings[str(max_length)] = ids
        full = len(tokenizer(text, truncation=False)["input_ids"])
        cases.append({"text": text, "full_length": full, "ids": encodings})
    path = pathlib.Path(__file__).with_name("nasty_corpus.json")
    lines = [json.dumps(case, separators=(",", ":")) for case in cases]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(cases)} texts, {path.stat().st_size} bytes")


main()
