// Takes the README's picture from what `npm start` wrote: node .ci/make-readme-picture.mjs [page, default images/00002.html]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'out', 'demo', 'html', process.argv[2] ?? join('images', '00002.html'));
const picture = join(root, 'resources', 'readme', 'inspection.jpg');
const folder = mkdtempSync(join(tmpdir(), 'readme-picture-'));
try {
  const screenshot = join(folder, 'page.png');
  execFileSync(process.env.CHROMIUM ?? 'chromium', [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--window-size=1280,800',
    `--screenshot=${screenshot}`,
    pathToFileURL(page).href,
  ]);
  mkdirSync(join(root, 'resources', 'readme'), { recursive: true });
  await sharp(screenshot).jpeg({ quality: 85, mozjpeg: true }).toFile(picture);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(picture);
