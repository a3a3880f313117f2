"""A trainer that is killed in mid-step leaves no memory behind, and its job goes on."""

import os
import signal
import time

from stages import device_memory, programs

# Other processes' use of the device moves by less.
SLACK = 64 << 20


def run(context):
    network = "bert-small" if context.dry else "minilm"
    before = None if context.dry else device_memory.used_bytes(context)
    with programs.running(context, network) as cluster:
        table = cluster.data / "texts.csv"
        programs.write_texts(table, 2048, 40)
        cluster.upload("texts", table)
        steps = 100 if context.dry else 1500
        cluster.submit("victim", programs.text_spec(network, "texts", steps, batchSize=32))
        cluster.wait("victim", programs.at_step(20))
        during = None if context.dry else device_memory.used_bytes(context)
        victim = cluster.busy_trainer()
        os.kill(victim, signal.SIGKILL)
        killed = time.monotonic()
        job = cluster.wait("victim", lambda job: job["attempt"] > 1 or programs.succeeded(job))
        context.check(job["attempt"] > 1, f"trainer {victim} was killed while it trained")
        job = cluster.wait("victim", lambda job: job["attempt"] > 1 and programs.at_step(1)(job))
        context.figure("from the kill to the next attempt's steps", time.monotonic() - killed, "s")
        job = cluster.wait("victim", programs.succeeded, interval=0.1)
        context.check(programs.succeeded(job), f"attempt {job['attempt']} did the rest")
        if not context.dry:
            context.figure("device memory before", before / 2**20, "MiB")
            context.figure("while it trained", during / 2**20, "MiB")
    if context.dry:
        context.not_run("device memory before and after: there is no device")
        return
    after = settled(context, before)
    context.figure("after the end of the worker", after / 2**20, "MiB")
    context.check(during > before + SLACK, "the job used the device's memory")
    context.check(after <= before + SLACK, "all of it is given back")


def settled(context, before):
    """The driver takes a moment to clean up."""
    deadline = time.monotonic() + 5
    after = device_memory.used_bytes(context)
    while after > before + SLACK and time.monotonic() < deadline:
        time.sleep(0.1)
        after = device_memory.used_bytes(context)
    return after
