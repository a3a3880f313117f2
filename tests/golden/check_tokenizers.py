#!/usr/bin/env python3
"""Loads tokenizers of model directories with transformers and compares ids.

usage: check_tokenizers.py REQUEST_JSON

The request is a list of objects with a directory, texts, and the ids that are
expected of each text. Exits 0 when all is well, 77 when transformers is missing,
1 with a reason otherwise.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
try:
    import transformers
except ImportError as error:
    print("skipped:", error)
    sys.exit(77)


def main():
    transformers.logging.set_verbosity_error()
    for case in json.load(open(sys.argv[1])):
        tokenizer = transformers.AutoTokenizer.from_pretrained(case["directory"])
        for text, expected in zip(case["texts"], case["ids"], strict=True):
            ids = tokenizer(text)["input_ids"]
            if ids != expected:
                sys.exit(f"{case['directory']}: {text!r}: {ids}, expected {expected}")


if __name__ == "__main__":
    main()
