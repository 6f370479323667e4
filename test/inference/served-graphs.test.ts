import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { type ServedModel, servedGraphs } from '../../src-main/inference/served-graphs.ts';
import { tempFolder } from '../temp-folder.ts';
import { type TwinPackOptions, writeTwinPack } from '../twins/twin-pack.ts';
import { localAnswers } from './local-graphs.ts';
import { type OrtTensor, runRaw } from './raw-session.ts';
import { writeTinyPack } from './tiny-pack.ts';

async function packOf(twin?: TwinPackOptions): Promise<string> {
  const folder = await tempFolder();
  if (twin) await writeTwinPack(folder, twin);
  else await writeTinyPack(folder);
  return folder;
}

/** A request as a graph takes it that joins requests, and what it answers. */
function joinable(graph: ServedModel, feeds: Readonly<Record<string, OrtTensor>>): Record<string, OrtTensor> {
  if (graph.batch === 0 || !('image' in feeds)) return feeds;
  return { image: { ...feeds.image!, dims: [1, ...feeds.image!.dims] } };
}

async function collect(folder: string, half: boolean, batch: number) {
  const { loaded, answers } = await localAnswers(folder);
  const graphs = new Map<string, ServedModel>();
  for await (const graph of servedGraphs(loaded, { half, batch })) graphs.set(graph.name, graph);
  return { graphs, answers };
}

/** Runs a served graph from its file, with the files beside it that it has. */
async function runServed({ bytes, external }: ServedModel, feeds: Readonly<Record<string, OrtTensor>>) {
  const folder = await tempFolder();
  const path = join(folder, 'model.onnx');
  await writeFile(path, bytes);
  for (const file of external) await copyFile(file.path, join(folder, file.name));
  return runRaw(path, feeds);
}

const PACKS: [string, TwinPackOptions | undefined, Record<string, number>][] = [
  ['SAM’s own encoder as the tower', undefined, { vision: 0, decoder: 0, text: 64 }],
  [
    'CLIP beside SAM v1, whose weights lie outside',
    { clip: 'clip-b16', inputSize: 224, head: 'none', sam: 'sam-vit with weights outside' },
    { vision: 4, 'segmenter-encoder': 0, decoder: 4, text: 64 },
  ],
  [
    'CLIP beside SAM 2.1, which squashes too',
    { clip: 'clip-b16', inputSize: 336, head: 'none', sam: 'sam2.1' },
    { vision: 4, 'segmenter-encoder': 4, decoder: 0, text: 64 },
  ],
];

/** What SAM 2.1's decoder and CLIP's towers say of themselves. */
function expectDescriptions(graphs: ReadonlyMap<string, ServedModel>): void {
  expect(graphs.get('vision')!.inputs).toEqual([{ name: 'image', type: 'uint8', dims: [336, 336, 3] }]);
  const { inputs, outputs, usual } = graphs.get('decoder')!;
  expect(inputs).toContainEqual({ name: 'input_points', type: 'float32', dims: [1, -1, -1, 2] });
  expect(inputs).toContainEqual({ name: 'input_labels', type: 'int64', dims: [1, -1, -1] });
  expect(outputs).toEqual([
    { name: 'pred_masks', type: 'float32', dims: [1, -1, 3, 256, 256] },
    { name: 'iou_scores', type: 'float32', dims: [1, -1, 3] },
  ]);
  expect(usual.input_points).toEqual([1, 1, 1, 2]);
  expect(graphs.get('text')!.inputs).toEqual([{ name: 'input_ids', type: 'int64', dims: [77] }]);
}

test.each(PACKS)('served graphs give the bits of local sessions: %s', async (_, twin, batches) => {
  const { graphs, answers } = await collect(await packOf(twin), false, 4);
  expect(Object.fromEntries([...graphs].map(([name, { batch }]) => [name, batch]))).toEqual(batches);
  if (twin?.sam === 'sam2.1') expectDescriptions(graphs);
  for (const { graph, title, feeds, expected } of answers) {
    const served = graphs.get(graph)!;
    const found = await runServed(served, joinable(served, feeds));
    expect(Object.keys(found), title).toEqual(Object.keys(expected));
    for (const [name, { dims, data }] of Object.entries(expected)) {
      expect(found[name]!.dims, `${title}: ${name}`).toEqual(dims);
      expect(
        Buffer.from(found[name]!.data.buffer).equals(Buffer.from(data.buffer)),
        `${title}: ${name}`,
      ).toBe(true);
    }
  }
});

test('tokens and embeddings leave in half precision where that is asked for, and nothing else does', async () => {
  const { graphs, answers } = await collect(await packOf(), true, 1);
  for (const { graph, feeds, expected } of answers) {
    const found = await runServed(graphs.get(graph)!, feeds);
    for (const [name, { data }] of Object.entries(expected)) {
      const isHalf = graph === 'vision';
      expect(found[name]!.type).toBe(isHalf ? 'float16' : 'float32');
      expect([...found[name]!.data]).toEqual([...(isHalf ? new Float16Array(data as Float32Array) : data)]);
    }
  }
});

test('stops between two graphs when it is cancelled', async () => {
  const loaded = await loadPack(await packOf());
  const controller = new AbortController();
  const names: string[] = [];
  const work = async () => {
    for await (const { name } of servedGraphs(loaded, { half: false, batch: 1, signal: controller.signal })) {
      names.push(name);
      controller.abort();
    }
  };
  await expect(work()).rejects.toMatchObject({ code: 'cancelled' });
  expect(names).toEqual(['vision']);
});
