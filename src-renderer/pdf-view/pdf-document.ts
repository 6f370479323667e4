import type { PDFDocumentProxy } from 'pdfjs-dist';

/** What was opened, and how it is closed again. */
export interface OpenPdf {
  readonly document: PDFDocumentProxy;
  close(): void;
}

/**
 * Opens the PDF at one of the workstation's addresses. It is read in a worker of the page's own origin, without scripts,
 * forms or code that is made at run time.
 * @throws Error where there is no PDF, or one that cannot be read
 */
export async function openPdf(address: string, signal: AbortSignal): Promise<OpenPdf> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error((await response.text()).slice(0, 300) || `${response.status}`);
  const data = new Uint8Array(await response.arrayBuffer());
  const { getDocument, worker } = await library();
  signal.throwIfAborted();
  const task = getDocument({ data, worker, useWasm: false, enableXfa: false });
  return { document: await task.promise, close: () => void task.destroy() };
}

let loaded: ReturnType<typeof load> | undefined;

/** Loaded when the first PDF is shown. */
function library() {
  loaded ??= load();
  return loaded;
}

async function load() {
  // What browsers of the last years lack is in this build.
  const [{ getDocument, PDFWorker }, { default: Thread }] = await Promise.all([
    import('pdfjs-dist/legacy/build/pdf.mjs'),
    import('pdfjs-dist/legacy/build/pdf.worker.mjs?worker'),
  ]);
  // Its types know no ports.
  const port = new Thread() as unknown as null;
  return { getDocument, worker: new PDFWorker({ port }) };
}
