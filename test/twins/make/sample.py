"""Copies what the tests need of the folder that build.py, checkpoints.py and tokens.py made. usage: sample.py TWINS OUT

Arrays of tokens keep every fifth row, SAM 2.1's embeddings every fourth row and column: attention and convolutions mix
all of them, so that a fault shows in what is left. Everything else is taken byte by byte.
"""
import re
import shutil
import sys
from pathlib import Path

import numpy as np

twins, out = Path(sys.argv[1]), Path(sys.argv[2])
TOKENS = re.compile(r"(block\d+|positions|dense|last_hidden_state)_")
LEFT_OUT = re.compile(r"text_model_hidden\.onnx")
FOLDERS = ["april-gan", "clip-b16", "clip-l14-336", "clip-tokenizer", "dinov2-small", "sam-vit", "sam2.1"]

for source in sorted(p for folder in FOLDERS for p in (twins / folder).rglob("*") if p.is_file()):
    if LEFT_OUT.fullmatch(source.name):
        continue
    target = out / source.relative_to(twins)
    target.parent.mkdir(parents=True, exist_ok=True)
    array = np.load(source) if source.suffix == ".npy" else None
    if TOKENS.match(source.name):
        np.save(target, np.ascontiguousarray(array[..., ::5, :]))
    elif source.parent.parent.name == "sam2.1" and source.name.startswith("image_embeddings"):
        np.save(target, np.ascontiguousarray(array[..., ::4, ::4]))
    else:
        shutil.copyfile(source, target)
