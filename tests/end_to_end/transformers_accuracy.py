"""Prints the accuracy of a text classifier, as transformers computes it.

usage: transformers_accuracy.py MODEL_DIRECTORY TEST.csv
"""

import csv
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

directory, path = sys.argv[1:]
model = AutoModelForSequenceClassification.from_pretrained(directory).eval()
tokenizer = AutoTokenizer.from_pretrained(directory)
with open(path, newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
right = 0
for row in rows:
    inputs = tokenizer(
        row["text"], truncation=True, max_length=256, return_tensors="pt"
    )
    with torch.no_grad():
        guess = model(**inputs).logits.argmax(-1).item()
    right += model.config.id2label[guess] == row["label"]
print(repr(right / len(rows)))
