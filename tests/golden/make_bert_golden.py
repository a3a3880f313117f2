#!/usr/bin/env python3
"""Makes the golden files of BERT with transformers, the reference.

usage: make_bert_golden.py OUTPUT_DIRECTORY [MINILM_DIRECTORY]

Writes bert_tiny/ and bert_tiny_renamed/, each a small random model with the
inputs, logits, loss, gradients and updated weights of one training step, and
bert_minilm.json with figures of the real all-MiniLM-L6-v2 when its directory
is given. Run it with torch 2.11 and transformers 5.23.
"""
import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification

LABELS = ["no", "perhaps", "yes"]
LENGTHS = [9, 4, 1, 7]


def token_batch(vocabulary):
    ids = torch.zeros(len(LENGTHS), max(LENGTHS), dtype=torch.long)
    for row, length in enumerate(LENGTHS):
        for column in range(length):
            ids[row, column] = 1 + (row * 31 + column * 17) % (vocabulary - 1)
    mask = torch.arange(max(LENGTHS))[None, :] < torch.tensor(LENGTHS)[:, None]
    return ids, mask.long(), torch.tensor([2, 0, 1, 2])


def tiny_config(**changes):
    values = dict(
        vocab_size=40, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48,
        max_position_embeddings=16, type_vocab_size=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(LABELS)), label2id={name: i for i, name in enumerate(LABELS)})
    return BertConfig(**{**values, **changes})


def randomize(model):
    # Larger than a fresh network's weights, so that every term shows.
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = name.endswith("LayerNorm.weight")
            parameter.copy_(1 + 0.2 * noise if is_scale else 0.2 * noise)


def expected_values(model, smoothing=0.0, class_weights=None):
    ids, mask, labels = token_batch(model.config.vocab_size)
    logits = model.train()(input_ids=ids, attention_mask=mask).logits
    loss = torch.nn.functional.cross_entropy(logits, labels, weight=class_weights, label_smoothing=smoothing)
    loss.backward()
    values = {"token_ids": ids, "lengths": torch.tensor(LENGTHS), "labels": labels,
              "logits": logits.detach(), "loss": loss.detach()}
    for name, parameter in model.named_parameters():
        values["gradient." + name] = parameter.grad.clone()
    return values


def take_step(model):
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    exempt = lambda name: "bias" in name or "LayerNorm" in name
    named = list(model.named_parameters())
    torch.optim.AdamW(
        [{"params": [p for n, p in named if not exempt(n)], "weight_decay": 0.1},
         {"params": [p for n, p in named if exempt(n)], "weight_decay": 0.0}], lr=1e-2).step()
    return norm


def make_tiny(directory):
    model = BertForSequenceClassification(tiny_config())
    randomize(model)
    model.save_pretrained(directory)
    values = expected_values(model)
    values["gradient_norm"] = take_step(model)
    for name, parameter in model.named_parameters():
        values["updated." + name] = parameter.detach().clone()
    save_file({k: v.contiguous() for k, v in values.items()}, directory / "expected.safetensors")


def make_tiny_renamed(directory):
    """As old files are: no prefix, gamma and beta, position ids, another head."""
    model = BertForSequenceClassification(tiny_config(hidden_act="gelu_new"))
    randomize(model)
    model.save_pretrained(directory)
    stored = {}
    for name, tensor in load_file(directory / "model.safetensors").items():
        name = name.removeprefix("bert.")
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        stored[name] = tensor
    stored["embeddings.position_ids"] = torch.arange(16)[None, :]
    stored["cls.predictions.bias"] = torch.zeros(40)
    save_file(stored, directory / "model.safetensors")
    values = expected_values(model, 0.1, torch.tensor([0.5, 1.0, 2.0]))
    save_file({k: v.contiguous() for k, v in values.items()}, directory / "expected.safetensors")


def make_minilm(path, model_directory):
    model = BertForSequenceClassification.from_pretrained(
        model_directory, num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    with torch.no_grad():
        head = torch.arange(3)[:, None] * 7 + torch.arange(model.config.hidden_size)[None, :] * 3
        model.classifier.weight.copy_((head % 11 - 5) * 0.01)
        model.classifier.bias.zero_()
    values = expected_values(model)
    gradients = {}
    for name, value in values.items():
        if name.startswith("gradient."):
            flat = value.flatten()
            gradients[name.removeprefix("gradient.")] = {
                "norm": float(flat.norm()), "largest": float(flat.abs().max()),
                # The largest element and where it is.
                "index": int(flat.abs().argmax()), "value": float(flat[flat.abs().argmax()])}
    path.write_text(json.dumps({
        "lengths": LENGTHS, "labels": values["labels"].tolist(), "token_ids": values["token_ids"].tolist(),
        "logits": values["logits"].tolist(), "loss": float(values["loss"]), "gradients": gradients}, indent=1) + "\n")


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    output = pathlib.Path(sys.argv[1])
    make_tiny(output / "bert_tiny")
    make_tiny_renamed(output / "bert_tiny_renamed")
    if len(sys.argv) > 2:
        make_minilm(output / "bert_minilm.json", sys.argv[2])


if __name__ == "__main__":
    main()
