import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockTensor } from '../../src-main/graph/block-stages.ts';
import { encodeModel, promoteTensors, pruneTo } from '../../src-main/graph/model.ts';
import { createSession, type Tensor } from '../../src-main/inference/ort.ts';
import { twinModel } from './clip-twins.ts';
import { readIds, readNpz } from './npy.ts';
import { everyNth, expectedOf, expectNear, referenceInput, runOnce, twinFile, twinJson } from './twins.ts';

const CLIP = [
  { twin: 'clip-l14-336', size: 336 },
  { twin: 'clip-b16', size: 224 },
];

function floats(values: unknown): Tensor {
  const dims: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) dims.push(level.length);
  const data = Float32Array.from((values as number[]).flat(9));
  return { type: 'float32', dims, data };
}

function labels(values: unknown): Tensor {
  const { dims, data } = floats(values);
  return { type: 'int64', dims, data: BigInt64Array.from(Array.from(data, BigInt)) };
}

describe.each(CLIP)('$twin', ({ twin, size }) => {
  const embeds = expectedOf(twin, `image_embeds_${size}`);
  const pixel_values = referenceInput(size, size, 2);

  it('gives PyTorch’s embedding of two images', async () => {
    const { image_embeds } = await runOnce(twinFile(`${twin}/vision_model.onnx`), { pixel_values });
    expectNear(image_embeds, embeds, 1e-4);
  });

  it('gives it in half precision, and as int8 for one image alone', async () => {
    const half = await runOnce(twinFile(`${twin}/vision_model_fp16.onnx`), { pixel_values });
    expectNear(half.image_embeds, embeds, 5e-3);
    const quantised = await runOnce(twinFile(`${twin}/vision_model_quantized.onnx`), {
      pixel_values: referenceInput(size),
    });
    const first = { dims: [1, embeds.dims[1]!], data: embeds.data.subarray(0, embeds.dims[1]) };
    expectNear(quantised.image_embeds, first, 0.2);
  });

  it('gives PyTorch’s last tokens in the newer export', async () => {
    const blocks = twin === 'clip-b16' ? 12 : 24;
    const { last_hidden_state } = await runOnce(twinFile(`${twin}/vision_model_hidden.onnx`), {
      pixel_values: referenceInput(size),
    });
    expectNear(everyNth(last_hidden_state, 5), expectedOf(twin, `block${blocks}_${size}`), 1e-4);
  });

  it('gives PyTorch’s embedding of texts, padded with the end token or with 0', async () => {
    const ids = readIds(twinFile(`${twin}/expected/input_ids.npy`));
    const { text_embeds } = await runOnce(twinFile(`${twin}/text_model.onnx`), {
      input_ids: { type: 'int64', ...ids },
    });
    expectNear(text_embeds, expectedOf(twin, 'text_embeds'), 1e-4);
    const otherwise = ids.data.slice();
    const start = 3 * 77 + otherwise.subarray(3 * 77).indexOf(49407n) + 1;
    expect(otherwise.subarray(start).every((id) => id === 0n)).toBe(true);
    otherwise.fill(49407n, start);
    const padded = await runOnce(twinFile(`${twin}/text_model.onnx`), {
      input_ids: { type: 'int64', dims: ids.dims, data: otherwise },
    });
    expect(padded.text_embeds!.data).toEqual(text_embeds!.data);
  });
});

describe('dinov2-small', () => {
  it.each([
    ['518', 518, 518],
    ['448', 448, 448],
    ['224', 224, 224],
    ['448x336', 448, 336],
  ])('gives PyTorch’s tokens at %s', async (name, height, width) => {
    const { last_hidden_state } = await runOnce(twinFile('dinov2-small/model.onnx'), {
      pixel_values: referenceInput(height, width),
    });
    expectNear(everyNth(last_hidden_state, 5), expectedOf('dinov2-small', `last_hidden_state_${name}`), 1e-4);
  });

  it('gives PyTorch’s tokens after every block', async () => {
    const model = twinModel('dinov2-small/model.onnx');
    const blocks = [3, 6, 9, 12];
    const names = blocks.map((block) => blockTensor(model, '/encoder/layer.{}/Add_1_output_0', block));
    const tower = encodeModel(pruneTo(promoteTensors(model, names), names));
    const tokens = await runOnce(tower, { pixel_values: referenceInput(518) });
    for (const [at, name] of names.entries())
      expectNear(everyNth(tokens[name], 5), expectedOf('dinov2-small', `block${blocks[at]}_518`), 1e-4);
  });
});

describe('sam-vit', () => {
  it('gives PyTorch’s embeddings, and masks in every precision', async () => {
    const feeds = { pixel_values: referenceInput(1024) };
    const encoded = await runOnce(twinFile('sam-vit/vision_encoder.onnx'), feeds);
    expectNear(encoded.image_embeddings, expectedOf('sam-vit', 'image_embeddings'), 1e-4);
    expectNear(
      encoded.image_positional_embeddings,
      expectedOf('sam-vit', 'image_positional_embeddings'),
      1e-5,
    );
    const prompts =
      twinJson<Record<string, { input_points: unknown; input_labels: unknown }>>('sam-vit/prompts.json');
    for (const [variant, tolerance] of [
      ['', 1e-3],
      ['_fp16', 0.05],
      ['_quantized', 0.6],
    ] as const) {
      const path = twinFile(`sam-vit/prompt_encoder_mask_decoder${variant}.onnx`);
      const decoder = await createSession(path, { device: 'cpu', threads: 2 });
      for (const [name, { input_points, input_labels }] of Object.entries(prompts)) {
        const decoded = await decoder.run({
          ...encoded,
          input_points: floats(input_points),
          input_labels: labels(input_labels),
        });
        expectNear(decoded.iou_scores, expectedOf('sam-vit', `${name}_iou_scores`), tolerance);
        expectNear(decoded.pred_masks, expectedOf('sam-vit', `${name}_pred_masks`), tolerance);
      }
      await decoder.release();
    }
  });
});

describe('sam2.1', () => {
  it('gives PyTorch’s three embeddings, and masks for points, a box, and both', async () => {
    const encoded = await runOnce(twinFile('sam2.1/vision_encoder.onnx'), {
      pixel_values: referenceInput(1024),
    });
    for (const level of [0, 1, 2]) {
      const name = `image_embeddings.${level}`;
      expectNear(everyNth(encoded[name], 4, 4), expectedOf('sam2.1', name), 2e-3);
    }
    const prompts =
      twinJson<Record<string, { input_points: unknown; input_labels: unknown; input_boxes: unknown }>>(
        'sam2.1/prompts.json',
      );
    for (const [name, prompt] of Object.entries(prompts)) {
      const points = floats(prompt.input_points);
      const boxes = floats(prompt.input_boxes);
      const decoded = await runOnce(twinFile('sam2.1/prompt_encoder_mask_decoder.onnx'), {
        ...encoded,
        // An empty list does not say that a point has two numbers and a box four.
        input_points: points.data.length > 0 ? points : { ...points, dims: [1, 1, 0, 2] },
        input_labels: labels(prompt.input_labels),
        input_boxes: boxes.data.length > 0 ? boxes : { ...boxes, dims: [1, 0, 4] },
      });
      for (const output of ['iou_scores', 'pred_masks', 'object_score_logits'])
        expectNear(decoded[output], expectedOf('sam2.1', `${name}_${output}`), 4e-3);
    }
  });
});

it('the weights of the APRIL-GAN head are there by name', async () => {
  const head = await readNpz(twinFile('april-gan/head.npz'));
  expect([...head].map(([name, { dims }]) => `${name} ${dims}`)).toEqual(
    [0, 1, 2, 3].flatMap((stage) => [`fc.${stage}.weight 24,32`, `fc.${stage}.bias 24`]),
  );
});

it('the tokeniser is the public one, byte by byte', () => {
  const hash = createHash('sha256').update(readFileSync(twinFile('clip-tokenizer/tokenizer.json')));
  expect(hash.digest('hex')).toBe('72ed5c96db5729294468543e4bc75fce14ca63f58e37300290189ba1c1e52b85');
});
