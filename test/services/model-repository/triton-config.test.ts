import { expect, test } from 'vitest';
import { tritonConfig } from '../../../src-main/services/model-repository/triton-config.ts';

const PARAMETERS = {
  clipsam_pack: 'tiny',
  clipsam_pack_hash: 'a1',
  clipsam_graph: 'vision',
  clipsam_graph_sha256: 'b2',
  clipsam_format: '1',
} as const;
const OPTIONS = { backend: 'onnxruntime', place: 'gpu', instances: 2, batch: 8 } as const;
const GRAPH = {
  inputs: [{ name: 'image', type: 'uint8', dims: [-1, -1, 3] }],
  outputs: [{ name: 'out"put\\', type: 'float16', dims: [1, 4] }],
  usual: { image: [32, 32, 3] },
} as const;

test('a graph that takes one picture at a time says why, and is warmed up', () => {
  const graph = { ...GRAPH, batch: 0, unbatched: 'sizes differ' };
  expect(tritonConfig('tiny-vision', graph, OPTIONS, PARAMETERS)).toBe(`name: "tiny-vision"
backend: "onnxruntime"
default_model_filename: "model.onnx"
# Requests are not joined: sizes differ.
max_batch_size: 0
input [
  { name: "image" data_type: TYPE_UINT8 dims: [ -1, -1, 3 ] }
]
output [
  { name: "out\\"put\\\\" data_type: TYPE_FP16 dims: [ 1, 4 ] }
]
instance_group [
  { count: 2 kind: KIND_GPU }
]
model_warmup [
  { name: "usual" batch_size: 0
    inputs { key: "image" value { data_type: TYPE_UINT8 dims: 32 dims: 32 dims: 3 random_data: true } }
   }
]
parameters [
  { key: "clipsam_pack" value { string_value: "tiny" } },
  { key: "clipsam_pack_hash" value { string_value: "a1" } },
  { key: "clipsam_graph" value { string_value: "vision" } },
  { key: "clipsam_graph_sha256" value { string_value: "b2" } },
  { key: "clipsam_format" value { string_value: "1" } }
]
`);
});

test('requests are joined where the graph can and somebody wants it', () => {
  const graph = { ...GRAPH, batch: 64 };
  const joined = tritonConfig('t', graph, OPTIONS, PARAMETERS);
  expect(joined).toContain('max_batch_size: 64\n');
  expect(joined).toContain('dynamic_batching { }');
  expect(joined).toContain('batch_size: 1');
  const alone = tritonConfig('t', graph, { ...OPTIONS, batch: 1 }, PARAMETERS);
  expect(alone).toContain('max_batch_size: 64\n');
  expect(alone).not.toContain('dynamic_batching');
});

test('the python backend is told which file it runs, and with how many threads', () => {
  const options = { ...OPTIONS, backend: 'python', place: 'cpu', threads: 3 } as const;
  const config = tritonConfig('t', { ...GRAPH, batch: 0 }, options, PARAMETERS);
  expect(config).toContain('backend: "python"');
  expect(config).toContain('kind: KIND_CPU');
  expect(config).toContain('{ key: "clipsam_file" value { string_value: "model.onnx" } }');
  expect(config).toContain('{ key: "intra_op_thread_count" value { string_value: "3" } }');
});
