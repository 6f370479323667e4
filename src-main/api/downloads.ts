import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import type { Inspector } from '../../src-shared/roles.ts';
import { checkRole } from './permission.ts';
import type { Workstation } from './workstation.ts';

const PATH = /^\/downloads\/([0-9a-f]{32})$/;

/**
 * Hands out files that were made for a browser (`src-shared/download.ts`), once, to whom they were made for.
 * @param who is signed in; null: not known outside of the connection, and the file's id is enough
 */
export function createDownloadHandler({
  downloads,
  log,
}: Workstation): (request: Request, who: Inspector | null) => Response {
  return (request, who) => {
    try {
      const id = PATH.exec(new URL(request.url).pathname)?.[1];
      if (id === undefined) return refusal(400, 'There is nothing at this address.');
      const owner = who?.name ?? null;
      const { name, bytes, action } = downloads.find(id, owner);
      checkRole(who, action);
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': String(bytes),
        'content-disposition': dispositionOf(name),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      };
      if (request.method === 'HEAD') return new Response(null, { headers });
      return new Response(downloads.read(id, owner), { headers });
    } catch (error) {
      if (!(error instanceof ClipSamError)) {
        log(error);
        return refusal(500, 'A fault of the program; the log says more.');
      }
      const { code, message } = toErrorRecord(error);
      return refusal(code === 'not-permitted' ? 403 : 404, message);
    }
  };
}

/** Tells a browser to keep the file, under its name (RFC 6266, with the name as in RFC 8187 beside one in ASCII). */
function dispositionOf(name: string): string {
  const plain = name.replace(/[^\w .()-]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function refusal(status: number, message: string): Response {
  return new Response(message, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}
