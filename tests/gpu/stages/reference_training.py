"""Fine-tuning with PyTorch's own parts, as its tutorials do it."""

import contextlib
import time

import torch
from torch import nn

LABELS = 4


def set_precision(precision):
    """Of products in fp32 and of convolutions: with or without TF32."""
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"


def autocast(device, precision):
    if precision != "bf16":
        return contextlib.nullcontext()
    return torch.autocast(torch.device(device).type, torch.bfloat16)


def synchronize(device):
    if device != "cpu":
        torch.cuda.synchronize(device)


def train(network, batches, device, precision, steps, warm_up=3):
    """Seconds for each step. `batches`: inputs and labels on the host, which are
    gone through again and again."""
    set_precision(precision)
    network = network.to(device).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (steps + 1000))
    loss_of = nn.CrossEntropyLoss()
    if device != "cpu":
        batches = [tuple(part.pin_memory() for part in batch) for batch in batches]
    begin = 0
    for step in range(warm_up + steps):
        if step == warm_up:
            synchronize(device)
            begin = time.perf_counter()
        inputs, labels = (
            part.to(device, non_blocking=True) for part in batches[step % len(batches)]
        )
        with autocast(device, precision):
            loss = loss_of(network(inputs), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0, foreach=True)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
    synchronize(device)
    return (time.perf_counter() - begin) / steps


def text_batches(batch, length, count=8):
    return [
        (torch.randint(1, 30522, (batch, length)), torch.randint(0, LABELS, (batch,)))
        for _ in range(count)
    ]


def picture_batches(batch, pixels, count=4):
    return [
        (torch.randn(batch, 3, pixels, pixels), torch.randint(0, LABELS, (batch,)))
        for _ in range(count)
    ]


def hugging_face(directory, batch, length, device, precision, steps, output, warm_up=3):
    """Seconds for each step of transformers' Trainer."""
    import transformers

    set_precision(precision)

    class Clock(transformers.TrainerCallback):
        begin = end = 0

        def on_step_end(self, args, state, control, **unused):
            if state.global_step == warm_up:
                synchronize(device)
                Clock.begin = time.perf_counter()

        def on_train_end(self, *unused, **also_unused):
            synchronize(device)
            Clock.end = time.perf_counter()

    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        directory, num_labels=LABELS
    )
    rows = [
        {"input_ids": tokens, "attention_mask": torch.ones_like(tokens), "labels": label}
        for inputs, labels in text_batches(batch, length)
        for tokens, label in zip(inputs, labels)
    ]
    arguments = transformers.TrainingArguments(
        output_dir=output,
        max_steps=warm_up + steps,
        per_device_train_batch_size=batch,
        bf16=precision == "bf16",
        use_cpu=device == "cpu",
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    transformers.Trainer(
        model=model, args=arguments, train_dataset=rows, callbacks=[Clock()]
    ).train()
    return (Clock.end - Clock.begin) / steps


def matrix_peak(device, precision, size):
    """Operations in a second when the device does nothing but multiply."""
    set_precision(precision)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    a = torch.randn(size, size, device=device, dtype=dtype)
    b = torch.randn(size, size, device=device, dtype=dtype)
    best = float("inf")
    for _ in range(3):
        synchronize(device)
        begin = time.perf_counter()
        for _ in range(10):
            a @ b
        synchronize(device)
        best = min(best, (time.perf_counter() - begin) / 10)
    return 2 * size**3 / best
