import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { decodeMask } from '../../src-main/codec/mask-codec.ts';
import { tempFolder } from '../temp-folder.ts';

const limits = { maxPixels: 50_000_000 };

async function fileWith(bytes: Uint8Array, name = 'image.dat'): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, bytes);
  return path;
}

describe('decodeMask', () => {
  const values = (...data: number[]) =>
    sharp(Uint8Array.from(data), { raw: { width: data.length, height: 1, channels: 1 } }).toColourspace(
      'b-w',
    );

  test('takes every value but 0 of a grey mask, and says which there are', async () => {
    const mask = await decodeMask(await values(0, 3, 127, 128, 255).png().toBuffer(), limits);
    expect(mask).toEqual({
      width: 5,
      height: 1,
      data: Uint8Array.of(0, 1, 1, 1, 1),
      values: ['0', '3', '127', '128', '255'],
    });
  });

  test('takes every class of a mask that holds class numbers', async () => {
    const path = await fileWith(await values(0, 1, 0, 6).png().toBuffer());
    expect([...(await decodeMask(path, limits)).data]).toEqual([0, 1, 0, 1]);
  });

  test('an empty mask stays empty', async () => {
    expect([...(await decodeMask(await values(0, 0, 0).png().toBuffer(), limits)).data]).toEqual([0, 0, 0]);
  });

  test('takes coloured marks, and nothing where a mask is transparent', async () => {
    const rgba = Uint8Array.of(255, 0, 0, 255, 0, 0, 200, 255, 255, 255, 255, 0, 0, 0, 0, 255);
    const png = await sharp(rgba, { raw: { width: 4, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await decodeMask(png, limits)).data]).toEqual([1, 1, 0, 0]);
  });

  test('reads what encodeGrey8 writes', async () => {
    const data = Uint8Array.of(0, 255, 255, 0, 0, 255);
    const mask = await decodeMask(await encodeGrey8(3, 2, data), limits);
    expect(mask).toMatchObject({ width: 3, height: 2, data: Uint8Array.of(0, 1, 1, 0, 0, 1) });
  });
});
