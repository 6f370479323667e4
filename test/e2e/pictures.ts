import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';

/** Folder for pictures of moments that only tests bring about, for looking and for READMEs; unset: none are taken. */
const FOLDER = process.env.CLIPSAM_TEST_PICTURES;

export async function takePicture(page: Page, name: string): Promise<void> {
  if (!FOLDER) return;
  await mkdir(FOLDER, { recursive: true });
  const picture = await page.screenshot({ animations: 'disabled' });
  await sharp(picture)
    .webp({ quality: 80 })
    .toFile(join(FOLDER, `${name}.webp`));
}
