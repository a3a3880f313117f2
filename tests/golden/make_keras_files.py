#!/usr/bin/env python3
"""Makes small files as Keras 2 writes its weights, with h5py.

usage: make_keras_files.py OUTPUT_DIRECTORY

Writes keras/weights.h5 (save_weights: layers at the root) and keras/model.h5
(save: layers under model_weights, the list of layers cut in two as Keras does
with long ones). Values count up from 0 over the whole file. Run it with h5py 3.
"""
import pathlib
import sys

import h5py
import numpy as np

LAYERS = [
    ("input_1", []),
    ("Conv1", [("Conv1/kernel:0", (3, 3, 3, 2)), ("Conv1/bias:0", (2,))]),
    ("bn_Conv1", [(f"bn_Conv1/{name}:0", (2,))
                  for name in ("gamma", "beta", "moving_mean", "moving_variance")]),
    ("fire2/squeeze1x1", [("uniform2", (1, 1, 2, 4)), ("fire2/squeeze1x1_b", (4,))]),
    ("Logits", [("Logits/kernel:0", (4, 3)), ("Logits/bias:0", (3,))]),
]


def write(group, cut):
    names = [name.encode() for name, _ in LAYERS]
    if cut:
        group.attrs["layer_names0"] = names[:2]
        group.attrs["layer_names1"] = names[2:]
    else:
        group.attrs["layer_names"] = names
    group.attrs["backend"] = b"tensorflow"
    count = 0
    for layer, weights in LAYERS:
        inner = group.create_group(layer)
        inner.attrs["weight_names"] = [name.encode() for name, _ in weights]
        for name, shape in weights:
            values = np.arange(count, count + np.prod(shape), dtype="<f4")
            inner.create_dataset(name, data=values.reshape(shape))
            count += values.size


def main():
    root = pathlib.Path(sys.argv[1]) / "keras"
    root.mkdir(parents=True, exist_ok=True)
    with h5py.File(root / "weights.h5", "w") as file:
        write(file, cut=False)
    with h5py.File(root / "model.h5", "w") as file:
        file.attrs["keras_version"] = "2.3.1"
        write(file.create_group("model_weights"), cut=True)
        file.create_group("optimizer_weights")


if __name__ == "__main__":
    main()
