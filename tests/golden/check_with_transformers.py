#!/usr/bin/env python3
"""Loads a fine-tuned model directory with transformers and compares logits.

usage: check_with_transformers.py MODEL_DIRECTORY REQUEST_JSON

The request holds token_ids (one list for each text), labels, and the logits
that are expected. Exits 0 when all is well, 77 when transformers is missing,
1 with a reason otherwise.
"""
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
try:
    import torch
    from transformers import AutoModelForSequenceClassification
except ImportError as error:
    print("skipped:", error)
    sys.exit(77)


def main():
    request = json.load(open(sys.argv[2]))
    model, info = AutoModelForSequenceClassification.from_pretrained(sys.argv[1], output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[kind]:
            sys.exit(f"{kind}: {info[kind]}")
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)]
    if labels != request["labels"]:
        sys.exit(f"id2label: {labels}")
    if model.config.problem_type != "single_label_classification":
        sys.exit(f"problem_type: {model.config.problem_type}")
    model.eval()
    for ids, expected in zip(request["token_ids"], request["logits"]):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits[0]
        difference = float((logits - torch.tensor(expected)).abs().max())
        if difference > 1e-5 * max(1.0, float(logits.abs().max())):
            sys.exit(f"logits differ by {difference}: {logits.tolist()} and {expected}")


if __name__ == "__main__":
    main()
