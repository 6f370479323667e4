import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { blockTensor } from '../../src-main/graph/block-stages.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import {
  describeModel,
  encodeModel,
  type Model,
  promoteTensors,
  withGraph,
} from '../../src-main/graph/model.ts';
import { TensorProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { resizePositions } from '../../src-main/graph/positions.ts';
import { initializerValues } from '../../src-main/graph/stored-values.ts';
import { floats } from '../../src-main/inference/tensor-values.ts';
import { BLOCK_TENSOR, CLIP_TWINS, POSITION_TABLE, twinModel } from '../twins/clip-twins.ts';
import { MADE_CLIP, makeClip } from '../twins/make-clip.ts';
import { everyNth, expectedOf, expectNear, referenceInput, runOnce } from '../twins/twins.ts';
import { naivePositions } from './naive-positions.ts';

const KINDS = [
  { resize: 'bicubic', suffix: 'torch' },
  { resize: 'bicubic-antialias', suffix: 'antialias' },
] as const;

const RUNS = CLIP_TWINS.flatMap((clip) =>
  clip.others.flatMap((size) => KINDS.map((kind) => ({ ...clip, ...kind, own: clip.size, size }))),
);

function tableOf(model: Model) {
  const { dims, data } = initializerValues(model, POSITION_TABLE);
  return { dims, data: Float32Array.from(data as Float32Array) };
}

async function runBlocks(model: Model, blocks: readonly number[], size: number) {
  const names = blocks.map((block) => blockTensor(model, BLOCK_TENSOR, block));
  const results = await runOnce(encodeModel(promoteTensors(model, names)), {
    pixel_values: referenceInput(size),
  });
  return { results, tokens: names.map((name) => results[name]) };
}

describe.each(CLIP_TWINS)('the blocks of $twin', ({ twin, size, blocks }) => {
  it('are PyTorch’s at the export’s own size', async () => {
    const { tokens } = await runBlocks(twinModel(`${twin}/vision_model.onnx`), blocks, size);
    for (const [at, rows] of tokens.entries())
      expectNear(everyNth(rows, 5), expectedOf(twin, `block${blocks[at]}_${size}`), 1e-4);
  });

  it('are near them in half precision, whose table stays in it', async () => {
    const half = twinModel(`${twin}/vision_model_fp16.onnx`);
    const { results } = await runBlocks(half, blocks, size);
    for (const block of blocks) {
      const name = blockTensor(half, BLOCK_TENSOR, block);
      expect(results[name]!.type).toBe('float16');
      const { dims } = results[name]!;
      const rows = everyNth({ type: 'float32', dims, data: floats(results, name) }, 5);
      expectNear(rows, expectedOf(twin, `block${block}_${size}`), 0.05);
    }
    const resized = resizePositions(half, {
      initializer: POSITION_TABLE,
      resize: 'bicubic',
      leadingTokens: 1,
      toGrid: 20,
    });
    expect(initializerValues(resized, POSITION_TABLE)).toMatchObject({ type: 'float16', dims: [401, 32] });
    const whole = twinModel(`${twin}/vision_model.onnx`);
    const wanted = naivePositions(tableOf(whole).data, 32, twin === 'clip-b16' ? 14 : 24, 20, false);
    expectNear(tableOf(resized), { dims: [401, 32], data: Float32Array.from(wanted) }, 1e-3);
  });
});

describe.each(RUNS)('$twin at $size by $resize', ({ twin, patch, own, size, resize, suffix, blocks }) => {
  const model = twinModel(`${twin}/vision_model.onnx`);
  const table = { initializer: POSITION_TABLE, resize, leadingTokens: 1, toGrid: size / patch };
  const resized = resizePositions(model, table);

  it('has the table of a naive loop and of PyTorch', () => {
    const { dims, data } = tableOf(resized);
    const naive = naivePositions(tableOf(model).data, 32, own / patch, size / patch, suffix === 'antialias');
    expectNear({ dims, data }, { dims, data: Float32Array.from(naive) }, 1e-6);
    const tensor = { type: 'float32', dims, data } as const;
    expectNear(everyNth(tensor, 5), expectedOf(twin, `positions_${size}_${suffix}`), 5e-6);
  });

  it('gives PyTorch’s tokens after every block, and its embedding', async () => {
    const { results, tokens } = await runBlocks(resized, blocks, size);
    for (const [at, rows] of tokens.entries())
      expectNear(everyNth(rows, 5), expectedOf(twin, `block${blocks[at]}_${size}_${suffix}`), 1e-4);
    expectNear(results.image_embeds, expectedOf(twin, `image_embeds_${size}_${suffix}`), 1e-4);
  });
});

it.each([
  ['vision_model_fp16', 5e-3],
  ['vision_model_quantized', 0.2],
])('clip-b16/%s gives the embedding at another size too', async (variant, tolerance) => {
  const resized = resizePositions(twinModel(`clip-b16/${variant}.onnx`), {
    initializer: POSITION_TABLE,
    resize: 'bicubic-antialias',
    leadingTokens: 1,
    toGrid: 21,
  });
  const { image_embeds } = await runOnce(encodeModel(resized), { pixel_values: referenceInput(336) });
  expectNear(image_embeds, expectedOf('clip-b16', 'image_embeds_336_antialias'), tolerance);
});

it('a smaller grid is resampled by both kinds as a naive loop does it', () => {
  const model = twinModel('clip-b16/vision_model.onnx');
  for (const { resize } of KINDS) {
    const resized = resizePositions(model, {
      initializer: POSITION_TABLE,
      resize,
      leadingTokens: 1,
      toGrid: 5,
    });
    const naive = naivePositions(tableOf(model).data, 32, 14, 5, resize === 'bicubic-antialias');
    expectNear(tableOf(resized), { dims: [26, 32], data: Float32Array.from(naive) }, 1e-6);
  }
});

it('a table in a file beside the model is read from there, and kept in the model', () => {
  const tower = makeClip({ patch: 4, grid: 3, width: 6, heads: 2, blocks: 1, joint: 4 });
  const table = { initializer: MADE_CLIP.positions, resize: 'bicubic', leadingTokens: 1, toGrid: 4 } as const;
  const graph = tower.proto.graph!;
  const stored = graph.initializer.find(({ name }) => name === MADE_CLIP.positions)!;
  const outside = create(TensorProtoSchema, {
    name: stored.name,
    dims: stored.dims,
    dataType: stored.dataType,
    dataLocation: 1,
    externalData: [
      { key: 'location', value: 'weights.bin' },
      { key: 'offset', value: '64' },
    ],
  });
  const model = withGraph(tower, {
    initializer: graph.initializer.map((tensor) => (tensor === stored ? outside : tensor)),
  });
  expect(() => resizePositions(model, table)).toThrow(/lies in weights\.bin/);
  const asked: unknown[] = [];
  const resized = resizePositions(model, table, (...place) => {
    asked.push(place);
    return stored.rawData;
  });
  expect(asked[0]).toEqual(['weights.bin', 64, 240]);
  const values = (of: Model) => initializerValues(of, MADE_CLIP.positions);
  expect(values(resized)).toEqual(values(resizePositions(tower, table)));
});

describe('a model of a fixed size', () => {
  /** Adds a table of 3 × 3 positions after two registers to what comes in. */
  function fixedModel() {
    const b = new GraphBuilder();
    const image = b.input('image', 'float32', [1, 3, 12, 12]);
    const table = b.initializer(
      'table',
      Float32Array.from({ length: 22 }, (_, at) => Math.sin(at)),
      [1, 11, 2],
    );
    b.output('rows', b.add(table, b.reduceMean(image)));
    return b.build('fixed');
  }

  it('takes the new size, and says so', async () => {
    const resized = resizePositions(fixedModel(), {
      initializer: 'table',
      resize: 'bicubic',
      leadingTokens: 2,
      fromGrid: 3,
      toGrid: 4,
    });
    const { inputs, outputs } = describeModel(resized);
    expect(inputs[0]!.dims).toEqual([1, 3, 16, 16]);
    expect(outputs[0]!.dims).toEqual([1, 18, 2]);
    const { rows } = await runOnce(encodeModel(resized), {
      image: { type: 'float32', dims: [1, 3, 16, 16], data: new Float32Array(768) },
    });
    expect(rows!.dims).toEqual([1, 18, 2]);
    expect(Array.from(rows!.data as Float32Array).slice(0, 4)).toEqual(
      Array.from(Float32Array.from([0, 1, 2, 3], Math.sin)),
    );
  });

  it('is left as it is where its grid is the one that is wanted', () => {
    const model = fixedModel();
    const same = { initializer: 'table', resize: 'bicubic', leadingTokens: 2, toGrid: 3 } as const;
    expect(resizePositions(model, same)).toBe(model);
  });

  it('is refused where the table is not found, or has not the rows of a grid', () => {
    const wanted = { initializer: 'table', resize: 'bicubic', leadingTokens: 2, toGrid: 4 } as const;
    expect(() => resizePositions(fixedModel(), { ...wanted, initializer: 'tables' })).toThrow(
      expect.objectContaining({
        code: 'model-tensor-unknown',
        message: expect.stringMatching(/named "tables".*"table"/),
      }),
    );
    for (const other of [{ leadingTokens: 1 }, { fromGrid: 4 }]) {
      expect(() => resizePositions(fixedModel(), { ...wanted, ...other })).toThrow(
        expect.objectContaining({ code: 'model-file-invalid', message: expect.stringContaining('[1,11,2]') }),
      );
    }
  });
});

it('positions that are no constants are refused, naming them', () => {
  const b = new GraphBuilder();
  const ids = b.input('ids', 'int64', [1, 5]);
  b.output('rows', b.gather(b.initializer('table', new Float32Array(10), [5, 2]), ids));
  expect(() =>
    resizePositions(b.build('asked'), {
      initializer: 'table',
      resize: 'bicubic',
      leadingTokens: 1,
      toGrid: 3,
    }),
  ).toThrow(
    expect.objectContaining({ code: 'model-tensor-unknown', message: expect.stringContaining('"ids"') }),
  );
});
