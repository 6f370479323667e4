/**
 * The real path of a file that Electron's packager left outside the program's archive. Electron lets its own file
 * functions look into `app.asar`; ONNX Runtime, threads and other processes can't.
 */
export function unpackedPath(path: string): string {
  return path.replace(/(^|[\\/])app\.asar(?=[\\/]|$)/, '$1app.asar.unpacked');
}
