import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import { CHUNK_HASH_HEADER, UPLOAD_KEY_HEADER, UPLOAD_LIMITS } from '../../src-shared/upload.ts';
import type { Workstation } from './workstation.ts';

const PATH = /^\/uploads\/([0-9a-f]{16})\/(0|[1-9][0-9]{0,5})$/;
const OFFSET = /^(0|[1-9][0-9]{0,14})$/;

/** True for what {@link createUploadHandler} answers. */
export function isUpload(method: string, path: string): boolean {
  return method === 'PUT' && PATH.test(path);
}

/**
 * Takes pieces of files (`PUT`, see `src-shared/upload.ts`). Every answer is JSON: `{ offset }`, or an error record.
 * @param owner who is signed in; null: not known outside of the connection, and the upload's key is enough
 */
export function createUploadHandler({
  uploads,
  paths,
  log,
}: Workstation): (request: Request, owner: string | null) => Promise<Response> {
  return async (request, owner) => {
    try {
      const url = new URL(request.url);
      const [, id, index] = PATH.exec(url.pathname) ?? [];
      const offset = OFFSET.exec(url.searchParams.get('offset') ?? '')?.[0];
      const length = Number(request.headers.get('content-length') ?? Number.NaN);
      if (id === undefined || index === undefined || offset === undefined || Number.isNaN(length))
        throw new ClipSamError('input-invalid', 'A piece needs its upload, file, offset and length.');
      if (length > UPLOAD_LIMITS.chunkBytes)
        return answer(413, {
          code: 'input-invalid',
          message: `A piece has at most ${UPLOAD_LIMITS.chunkBytes} bytes.`,
        });
      const bytes = new Uint8Array(await request.arrayBuffer());
      const sha256 = request.headers.get(CHUNK_HASH_HEADER) ?? '';
      const key = request.headers.get(UPLOAD_KEY_HEADER) ?? '';
      const piece = { index: Number(index), offset: Number(offset), bytes, sha256 };
      return answer(200, { offset: await uploads.append(id, key, owner, piece) });
    } catch (error) {
      if (!(error instanceof ClipSamError)) {
        log(error);
        return answer(500, { code: 'fault', message: 'A fault of the program; the log says more.' });
      }
      const record = toErrorRecord(error);
      return answer(STATUS[error.code] ?? 400, paths?.shown(record) ?? record);
    }
  };
}

const STATUS: { readonly [code: string]: number } = {
  'not-found': 404,
  'too-many-requests': 429,
  'path-denied': 403,
  'disk-full': 507,
};

function answer(status: number, body: unknown): Response {
  const headers = { 'cache-control': 'no-store', ...(status === 429 && { 'retry-after': '1' }) };
  return Response.json(body, { status, headers });
}
