"""Server, worker and command line: a job of texts and one of pictures."""

import shutil

from stages import networks, programs


def run(context):
    text = "bert-small" if context.dry else "minilm"
    pictures = "resnet18-small" if context.dry else "resnet18"
    with programs.running(context, text) as cluster:
        with context.part("texts"):
            messages = context.bundle / "inputs/customer-messages.csv"
            cluster.upload("messages", messages)
            spec = programs.text_spec(text, "messages", 30, batchSize=32)
            del spec["spec"]["data"]["validationFraction"]
            finish(context, cluster, "texts", spec)
        with context.part("pictures"):
            directory = networks.make(context, pictures)
            copy = cluster.data / pictures
            shutil.copytree(directory, copy)
            cluster.cli("models", "import", copy, f"--name={pictures}")
            folder = cluster.directory / "colours"
            programs.write_pictures(folder, 90, 64 if context.dry else 240)
            cluster.upload("colours", folder)
            spec = {
                "spec": {
                    "baseModel": f"models/{pictures}",
                    "task": {"imageClassification": {}},
                    "data": {"training": "datasets/colours"},
                    "hyperparameters": {"maxSteps": 20, "batchSize": 16, "precision": "FP32"},
                }
            }
            finish(context, cluster, "pictures", spec)


def finish(context, cluster, name, spec):
    cluster.submit(name, spec)
    job = cluster.wait(name, programs.succeeded, interval=0.1)
    device = job["execution"]["device"]
    context.check(device == context.device, f"{name}: SUCCEEDED on {device}")
    timing = cluster.run_record(name)["timing"]
    rate = timing["training_examples"] / timing["training_seconds"]
    context.figure(f"{name}: training", rate, "examples/s")
    for one in job.get("evaluations", [])[-1:]:
        context.figure(f"{name}: accuracy on validation data", one.get("accuracy", 0))
    result = cluster.directory / f"download-{name}"
    context.check(any(result.rglob("model.safetensors")), f"{name}: the result comes down")
