"""Makes loss_curve_{sst2,trec}.json: 50 steps of Hugging Face's Trainer.

usage: make_loss_curve.py MODEL_DIRECTORY DATA_DIRECTORY

Rows in the order of the file, dropout off, every other setting as in the job
that tests/end_to_end/loss_curve_test.cc submits. The learning rate has the
job's warm-up, whose first step is not 0 as the Trainer's own is. The head is
drawn here and kept in the file, so that both sides start from the same network.
"""

import base64
import json
import os
import pathlib
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers

STEPS, BATCH, MAX_LENGTH = 50, 32, 128
WARMUP = STEPS // 10


def read_rows(path, header):
    lines = path.read_text(encoding="utf-8").split("\n")[1 if header else 0 :]
    return [line.split("\t")[:2] for line in lines if line][: STEPS * BATCH]


class Rows(torch.utils.data.Dataset):
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def rate_factor(step):
    if step < WARMUP:
        return (step + 1) / (WARMUP + 1)
    return max(0.0, (STEPS - step) / (STEPS - WARMUP))


class SequentialTrainer(transformers.Trainer):
    def _get_train_sampler(self, *unused):
        return torch.utils.data.SequentialSampler(self.train_dataset)

    def create_scheduler(self, num_training_steps, optimizer=None):
        if self.lr_scheduler is None:
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
                optimizer or self.optimizer, rate_factor
            )
            self._created_lr_scheduler = True
        return self.lr_scheduler


def loss_curve(model_directory, rows):
    names = sorted({label for _, label in rows})
    torch.manual_seed(20)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        model_directory,
        num_labels=len(names),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    head = torch.randn(len(names), model.config.hidden_size) * 0.02
    with torch.no_grad():
        model.classifier.weight.copy_(head)
        model.classifier.bias.zero_()
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_directory)
    items = [
        {**tokenizer(text, truncation=True, max_length=MAX_LENGTH), "labels": names.index(label)}
        for text, label in rows
    ]
    with tempfile.TemporaryDirectory() as output:
        trainer = SequentialTrainer(
            model=model,
            args=transformers.TrainingArguments(
                output_dir=output,
                max_steps=STEPS,
                per_device_train_batch_size=BATCH,
                learning_rate=5e-5,
                weight_decay=0.01,
                logging_steps=1,
                use_cpu=True,
                report_to=[],
                save_strategy="no",
                disable_tqdm=True,
            ),
            train_dataset=Rows(items),
            data_collator=transformers.DataCollatorWithPadding(tokenizer),
        )
        trainer.train()
    history = [entry for entry in trainer.state.log_history if "loss" in entry]
    return {
        "labels": names,
        "head": base64.b64encode(head.numpy().tobytes()).decode(),
        "loss": [float(entry["loss"]) for entry in history],
        "gradient_norm": [float(entry["grad_norm"]) for entry in history],
        "learning_rate": [float(entry["learning_rate"]) for entry in history],
    }


model_directory, data = sys.argv[1], pathlib.Path(sys.argv[2])
here = pathlib.Path(__file__).parent
for name, path, header in (
    ("sst2", data / "text-sst2/train.tsv", False),
    ("trec", data / "text-trec/train.tsv", True),
):
    curve = loss_curve(model_directory, read_rows(path, header))
    (here / f"loss_curve_{name}.json").write_text(json.dumps(curve) + "\n")
