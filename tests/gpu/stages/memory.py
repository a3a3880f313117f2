"""A job whose batch does not fit goes on with parts of it, and that run repeats."""

from stages import device_memory, programs

# Of the device's memory, for a job that needs several times as much.
GPU_BYTES = 3 << 30
HOST_MIB = 640


def run(context):
    if context.dry:
        # The worker ends a trainer that takes more than the slot's memory.
        flags = [f"--slot-memory={HOST_MIB}MiB"]
        job_that_does_not_fit(context, "bert-small", 1024, 60, flags, {})
        return
    share = GPU_BYTES / device_memory.total_bytes(context)
    setting = f"per_process_memory_fraction:{share:.4f}"
    context.note(f"PYTORCH_ALLOC_CONF={setting}")
    job_that_does_not_fit(context, "minilm", 1024, 100, [], {"PYTORCH_ALLOC_CONF": setting})


def job_that_does_not_fit(context, network, batch, words, flags, environment):
    with programs.running(context, network, *flags, environment=environment) as cluster:
        table = cluster.data / "long.csv"
        programs.write_texts(table, batch, words)
        cluster.upload("long", table)
        cluster.submit("large", programs.text_spec(network, "long", 2, batchSize=batch))
        job = cluster.wait("large", programs.succeeded, interval=0.1)
        execution = job["execution"]
        rows = execution["microbatch"]
        context.check(rows < batch, f"of {batch} rows, {rows} went through the network at once")
        context.check(
            bool(execution.get("microbatches")), f"splits: {execution.get('microbatches')}"
        )
        events = cluster.cli("logs", "large")
        told = [e for e in events if e.get("executionSet", {}).get("microbatch", batch) < batch]
        context.check(bool(told), f"{len(told)} events tell of it")
        context.figure("rows at once", rows, f"of {batch}")
        context.figure("attempts", job["attempt"])
        compare_with_repetition(context, cluster)


def compare_with_repetition(context, cluster):
    """`reproduce` plans the splits that the job found."""
    cluster.cli("reproduce", "large", "--name=again", "--detach")
    comparison = cluster.wait("again", programs.succeeded, interval=0.1)["comparison"]
    context.check(
        comparison["verdict"] == "EQUAL" and comparison["digest"] == comparison["expectedDigest"],
        f"the run with the same splits planned has equal weights: {comparison}",
    )
