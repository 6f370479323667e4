import { registerHooks } from 'node:module';
import { unpackedPath } from '../files/unpacked-path.ts';

// The one place that decides which build of sharp decodes images. Electron on Linux brings a glib of its own that
// crashes the native build when it decodes, in every process and thread; the WebAssembly build has no such
// dependency. sharp itself would take the native one wherever it is installed.
if (process.platform === 'linux' && process.versions.electron !== undefined) {
  registerHooks({
    resolve(specifier, context, next) {
      if (!/^@img\/sharp-(linux(musl)?-\w+|wasm32)\/sharp\.node$/.test(specifier))
        return next(specifier, context);
      const found = next('@img/sharp-wasm32/sharp.node', context);
      // It starts threads from its own file.
      return { ...found, url: unpackedPath(found.url) };
    },
  });
}

// After the hook, and so not a static import.
const { default: sharp } = await import('sharp');
export default sharp;
export type { Sharp } from 'sharp';
