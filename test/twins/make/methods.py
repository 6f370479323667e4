"""Reference values of WinCLIP's windows and of CLIP-AD's second path, made with PyTorch from the twins' weights.

usage: methods.py TWINS      writes windows_* and surgery_* into the folders `expected` of the CLIP twins
Needs torch 2.13, transformers 4.57; build.py made the twins from the same seeds, which is checked.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

TWINS = Path(sys.argv[1])
torch.set_grad_enabled(False)
torch.set_num_threads(1)


def image(size):
    c, y, x = np.ogrid[:3, :size, :size]
    return torch.from_numpy((((c * 7919 + y * 104729 + x * 1299709) % 2003) / 1001.5 - 1).astype(np.float32))[None]


def randomise(model, seed, step=1 / 64):
    """As in build.py."""
    g = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        fan = p[0].numel() if p.dim() > 1 else 1
        if p.dim() == 1:
            base = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            v = base + 0.1 * torch.randn(p.shape, generator=g)
        elif "embedding" in name and p.dim() == 2 or "position" in name:
            v = 0.15 * torch.randn(p.shape, generator=g)
        else:
            v = torch.randn(p.shape, generator=g) * fan**-0.5
        p.copy_((v / step).round() * step)
    return model.eval()


def heads(x, attention):
    n, rows, width = x.shape
    return x.view(n, rows, attention.num_heads, width // attention.num_heads).transpose(1, 2)


for name, size, patch, blocks, seed in [("clip-l14-336", 336, 14, (6, 12, 18, 24), 1), ("clip-b16", 224, 16, (3, 6, 9, 12), 2)]:
    config = CLIPVisionConfig(**json.loads((TWINS / name / "config.json").read_text())["vision_config"])
    config._attn_implementation = "eager"
    model = randomise(CLIPVisionModelWithProjection._from_config(config, attn_implementation="eager"), seed)
    expected = TWINS / name / "expected"
    output = model(pixel_values=image(size), output_hidden_states=True)
    known = np.load(expected / f"image_embeds_{size}.npy")[:1]
    assert np.abs(output.image_embeds.numpy() - known).max() < 1e-5, "not the twin's weights"
    tower = model.vision_model

    def finish(hidden):
        return model.visual_projection(tower.post_layernorm(hidden))

    # Windows: class token and the window's patches, from the first block on.
    start = output.hidden_states[0]
    grid = size // patch
    for side in (2, 3):
        windows = [
            [0] + [1 + (top + y) * grid + left + x for y in range(side) for x in range(side)]
            for top in range(grid - side + 1)
            for left in range(grid - side + 1)
        ]
        hidden = start[0][torch.tensor(windows[::5])]
        for layer in tower.encoder.layers:
            hidden = layer(hidden, None, None)[0]
        np.save(expected / f"windows_{side}_{size}.npy", finish(hidden[:, 0]).numpy())

    # Second path: attention of values to values through each block's own projection, summed from stage to stage.
    path = torch.zeros_like(start)
    for block, layer in enumerate(tower.encoder.layers, 1):
        attention = layer.self_attn
        values = heads(attention.v_proj(layer.layer_norm1(output.hidden_states[block - 1])), attention)
        asks = (values @ values.transpose(-2, -1) * values.shape[-1] ** -0.5).softmax(-1)
        answers = (asks @ values).transpose(1, 2).reshape(start.shape)
        path = path + attention.out_proj(answers)
        if block in blocks:
            stage = torch.cat([output.hidden_states[block][:, :1], path[:, 1:]], 1)
            np.save(expected / f"surgery{block}_{size}.npy", finish(stage)[0, ::5].numpy())
            path = torch.zeros_like(start)
