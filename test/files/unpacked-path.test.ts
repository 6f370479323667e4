import { expect, it } from 'vitest';
import { unpackedPath } from '../../src-main/files/unpacked-path.ts';

it.each([
  ['/opt/x/resources/app.asar/models/lite', '/opt/x/resources/app.asar.unpacked/models/lite'],
  ['C:\\x\\resources\\app.asar\\models', 'C:\\x\\resources\\app.asar.unpacked\\models'],
  ['/opt/x/resources/app.asar', '/opt/x/resources/app.asar.unpacked'],
  ['/opt/x/resources/app.asar.unpacked/models', '/opt/x/resources/app.asar.unpacked/models'],
  ['/home/me/clipsam/models', '/home/me/clipsam/models'],
  ['/home/me/my-app.asar/models', '/home/me/my-app.asar/models'],
])('%s lies at %s', (path, real) => {
  expect(unpackedPath(path)).toBe(real);
  expect(unpackedPath(unpackedPath(path))).toBe(real);
});
