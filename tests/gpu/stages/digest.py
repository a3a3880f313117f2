"""The same job gives the same bits, undisturbed or stopped on the way."""

import concurrent.futures

from stages import networks

TEXT = {"batch_size": 16, "min_length": 8, "max_length": 64, "examples": 320}
PICTURES = {"batch_size": 16, "examples": 96}
STOP_AFTER = 7


def run(context):
    if context.dry:
        compare(context, "bert-small", "fp32", TEXT, times=1)
        compare(context, "resnet18-small", "fp32", {**PICTURES, "picture_size": 40}, times=1)
        return
    for precision in ("fp32", "bf16", "tf32"):
        compare(context, "minilm", precision, TEXT)
        compare(context, "resnet18", precision, {**PICTURES, "picture_size": 240})


def compare(context, network, precision, plan, times=2):
    """Twice: what happens to agree once need not do so again."""
    name = f"{network}, {precision}"
    with context.part(name):
        plan = {
            **plan,
            "model": str(networks.make(context, network)),
            "precision": precision,
            "deterministic": True,
        }
        # On a device side by side, which must change nothing either.
        with concurrent.futures.ThreadPoolExecutor(1 if context.dry else 2 * times) as pool:
            runs = []
            for i in range(times):
                runs.append(pool.submit(undisturbed, context, plan))
                runs.append(pool.submit(stopped_and_resumed, context, plan, f"{name}, {i}"))
            digests = [run.result() for run in runs]
        context.check(
            len(set(digests)) == 1,
            f"{name}: whole and resumed after step {STOP_AFTER}, {times} times: "
            + ", ".join(digest[:12] for digest in digests),
        )


def undisturbed(context, plan):
    return context.gpu_check("train", **plan)["weights_sha256"]


def stopped_and_resumed(context, plan, name):
    folder = context.work / f"checkpoints of {name}"
    plan = {**plan, "checkpoints": str(folder)}
    stopped = context.gpu_check("train", **plan, stop_after=STOP_AFTER)
    if stopped["finished"] or stopped["steps"] != STOP_AFTER:
        raise RuntimeError(f"stopped after {stopped['steps']} steps")
    resumed = context.gpu_check("train", **plan, resume=str(folder / str(STOP_AFTER)))
    if resumed["environment_changes"]:
        raise RuntimeError(f"another environment: {resumed['environment_changes']}")
    return resumed["weights_sha256"]
