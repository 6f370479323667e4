// Draws the program's icons from the window's own: node .tools/make-icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'resources', 'build');
const drawing = await readFile(join(root, 'src-renderer', 'public', 'icon.svg'));
const png = (size) =>
  sharp(drawing, { density: (72 * size) / 64 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();

/** Windows: a table of pictures, each a PNG. */
async function ico(sizes) {
  const pictures = await Promise.all(sizes.map(png));
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let offset = head.length;
  for (const [i, picture] of pictures.entries()) {
    const entry = 6 + 16 * i;
    head.writeUInt8(sizes[i] % 256, entry);
    head.writeUInt8(sizes[i] % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(picture.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += picture.length;
  }
  return Buffer.concat([head, ...pictures]);
}

/** macOS: chunks of type, length and PNG. */
async function icns(sizeOfType) {
  const chunks = [];
  for (const [type, size] of Object.entries(sizeOfType)) {
    const picture = await png(size);
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(8 + picture.length, 4);
    chunks.push(head, picture);
  }
  const body = Buffer.concat(chunks);
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(8 + body.length, 4);
  return Buffer.concat([head, body]);
}

await mkdir(join(folder, 'icons'), { recursive: true });
for (const size of [16, 32, 48, 64, 128, 256, 512]) {
  await writeFile(join(folder, 'icons', `${size}x${size}.png`), await png(size));
}
await writeFile(join(folder, 'icon.ico'), await ico([16, 24, 32, 48, 64, 128, 256]));
await writeFile(
  join(folder, 'icon.icns'),
  await icns({ ic11: 32, ic12: 64, ic07: 128, ic08: 256, ic09: 512, ic10: 1024 }),
);
