import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { encodeModel, readModel } from '../../src-main/graph/model.ts';
import { refuseWithoutBoxes, refuseWithoutBoxesOnce } from '../../src-main/inference/box-check.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { createSession } from '../../src-main/inference/ort.ts';
import { loadPack, verifyPack } from '../../src-main/inference/pack-loader.ts';
import { decoderModel, runnableFile } from '../../src-main/inference/pack-models.ts';
import { VariantVerdicts } from '../../src-main/inference/variant-verdicts.ts';
import type { DeviceReport } from '../../src-shared/device.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { twinFile } from '../twins/twins.ts';
import { replaceFile } from './hostile-pack.ts';
import { nearExaminer } from './near-examiner.ts';
import { type OwnSegmenter, writeOwnSegmenterPack } from './own-segmenter-pack.ts';

async function check(model: string | Uint8Array, segmenter: Partial<Pack['segmenter']>) {
  const decoder = await createSession(model, { device: 'cpu', threads: 1 });
  onTestFinished(() => decoder.release());
  const runs = vi.spyOn(decoder, 'run');
  const pack = { id: 'asked', segmenter: { decoder: 'decoder.onnx', boxes: true, ...segmenter } } as Pack;
  await refuseWithoutBoxes(pack, decoder);
  return runs.mock.calls.length;
}

/** A decoder in Meta's dialect that sees where points are, and of their labels only whether they are padding. */
function withoutCorners(): Uint8Array {
  const b = new GraphBuilder();
  const seen = b.reduceMean(b.input('image_embeddings', 'float32', [1, 2, 4, 4]));
  const coords = b.reduceMean(b.input('point_coords', 'float32', [1, 'points', 2]), [0, 1]);
  const isPoint = b.reduceSum(b.sign(b.relu(b.input('point_labels', 'float32', [1, 'points']))));
  const where = b.add(b.reduceMean(coords), b.add(seen, isPoint));
  b.output('masks', b.mul(b.constant(new Array(64).fill(1), [1, 4, 4, 4]), where));
  return encodeModel(b.build('without-corners'));
}

it('takes a decoder whose masks a box moves', async () => {
  const sam2 = twinFile('sam2.1/prompt_encoder_mask_decoder.onnx');
  expect(await check(sam2, { dialect: 'sam2', masks: 'pred_masks' })).toBe(2);
  const { pack, pathOf } = await loadPack('lite');
  const lite = runnableFile(await decoderModel(pack, pathOf)).bytes;
  expect(await check(lite, pack.segmenter)).toBe(2);
});

it('asks nothing of a decoder that claims none', async () => {
  const { pack, pathOf } = await loadPack('lite');
  expect(await check(pathOf(pack.segmenter.decoder), { ...pack.segmenter, boxes: false })).toBe(0);
});

it('refuses one that knows no corners: there a box gives a plausible, wrong mask', async () => {
  await expect(check(withoutCorners(), { dialect: 'meta', masks: 'masks' })).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringMatching(/^Pack asked: "segmenter" claims boxes, .* takes none/),
  });
});

it('refuses to open a pack whose decoder takes boxes and does nothing with them', async () => {
  const segmenter: OwnSegmenter = { dialect: 'sam2', fit: 'squash', inputSize: 256, maskSide: 256 };
  const folder = await tempFolder();
  const open = async (name: string, options: Partial<OwnSegmenter>) => {
    await writeOwnSegmenterPack(join(folder, name), { ...segmenter, ...options });
    return Engine.open(await loadPack(join(folder, name)), { device: 'cpu', threads: 1 });
  };
  await expect(open('claims', { usesBoxes: false })).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining('claims boxes, but its decoder "sam-decoder.onnx" takes none'),
  });
  await open('admits', { usesBoxes: false, boxes: false });
  await open('takes', {});
});

it('refuses such a pack when it is verified, and one whose decoder nothing can run', async () => {
  const segmenter: OwnSegmenter = { dialect: 'sam2', fit: 'squash', inputSize: 256, maskSide: 256 };
  const folder = await tempFolder();
  await writeOwnSegmenterPack(folder, { ...segmenter, usesBoxes: false });
  expect((await verifyPack(folder, {}, nearExaminer)).error).toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining('claims boxes, but its decoder "sam-decoder.onnx" takes none'),
  });
  await writeOwnSegmenterPack(folder, segmenter);
  expect((await verifyPack(folder, {}, nearExaminer)).error).toBeUndefined();
  const decoder = readModel(await readFile(join(folder, 'sam-decoder.onnx')), 'sam-decoder.onnx');
  decoder.proto.graph!.node.find(({ opType }) => opType === 'Mul')!.opType = 'Unheard';
  await replaceFile(folder, 'sam-decoder.onnx', encodeModel(decoder));
  expect((await verifyPack(folder, {}, nearExaminer)).error).toMatchObject({
    code: 'model-file-invalid',
    message: expect.stringMatching(/the decoder "sam-decoder.onnx" can't be opened .*Unheard/s),
  });
});

it('a decoder that was found to take boxes is not asked again on one machine', async () => {
  const model = twinFile('sam2.1/prompt_encoder_mask_decoder.onnx');
  const decoder = await createSession(model, { device: 'cpu', threads: 1 });
  onTestFinished(() => decoder.release());
  const runs = vi.spyOn(decoder, 'run');
  const kept = new VariantVerdicts(await tempFolder());
  const device: DeviceReport = { asked: 'cpu', running: 'cpu' };
  const segmenter = { decoder: 'decoder', boxes: true, dialect: 'sam2', masks: 'pred_masks' };
  const ask = (hash: string) =>
    refuseWithoutBoxesOnce(
      { id: 'asked', segmenter, files: { decoder: { sha256: hash } } } as unknown as Pack,
      decoder,
      device,
      kept,
    );
  await ask('one');
  await ask('one');
  expect(runs).toHaveBeenCalledTimes(2);
  await ask('another');
  expect(runs).toHaveBeenCalledTimes(4);
});
