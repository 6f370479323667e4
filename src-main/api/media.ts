import type { BatchImage } from '../../src-shared/batch.ts';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import { findGroundTruth, groundTruthPicture } from '../services/pictures/ground-truth.ts';
import { readStoredMap } from '../services/pictures/result-maps.ts';
import { refuseChangedImage } from '../services/pictures/seen-file.ts';
import { getImage } from '../store/images.ts';
import { artifactsOf } from '../store/results.ts';
import type { Workstation } from './workstation.ts';

/** What every answer says: nobody guesses at its type, and no other site shows it. */
const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
/** An address with a version, or of a result, never means anything else. */
const FOR_EVER = 'private, max-age=31536000, immutable';
const ASK_AGAIN = 'private, no-cache';

/** Answers an address of one kind. The arguments are the ids in the path, in their order. */
type Route = (request: MediaRequest, ...ids: number[]) => Promise<Response>;

interface MediaRequest {
  readonly signal: AbortSignal;
  /** Start of the image's version, where the address has one. */
  readonly version: string | null;
  /** The run that the picture stands beside, where the address has one. */
  readonly runId: number | null;
  readonly ifNoneMatch: string | null;
}

/** Ids and tile positions; no sign, no leading zero, no more digits than a database has. */
const NUMBER = '(0|[1-9][0-9]{0,14})';

const STATUS: Partial<Record<ErrorCode, number>> = {
  'input-invalid': 400,
  'not-found': 404,
  conflict: 409,
  'image-not-found': 410,
  'image-changed': 409,
  'image-unreadable': 410,
  'image-unsupported': 415,
  'image-too-large': 415,
  'path-denied': 403,
  'disk-full': 507,
  cancelled: 499,
};

/**
 * Serves what `src-shared/media-urls.ts` names: thumbnails, tiles, maps and ground truth, by id. No part of an
 * address ever becomes part of a path.
 */
export function createMediaHandler(workstation: Workstation): (request: Request) => Promise<Response> {
  const { workspace, contents, thumbnails, tiles } = workstation;

  const imageOf = async (id: number, version: string | null): Promise<BatchImage> => {
    const image = await getImage(workspace, id);
    if (version !== null && !image.version?.startsWith(version)) {
      throw new ClipSamError('image-changed', 'The image has other content by now. Load the page again.');
    }
    return image;
  };
  const cacheControl = (version: string | null) => (version === null ? ASK_AGAIN : FOR_EVER);

  const map =
    (kind: 'coarseMap' | 'finalMap'): Route =>
    async ({ ifNoneMatch }, runId, imageId) => {
      const artifacts = await artifactsOf(workspace, runId!, imageId!);
      if (!artifacts) return refusal(404, `Run ${runId} has no result for image ${imageId}.`);
      const etag = `"${artifacts[kind].sha256}"`;
      if (ifNoneMatch === etag) return new Response(null, { status: 304, headers: { etag } });
      const { width, height, data } = await readStoredMap(workspace.artifacts, artifacts[kind]);
      // Every machine that ONNX Runtime is built for is little endian.
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return answer(bytes, 'application/octet-stream', FOR_EVER, {
        etag,
        'x-map-width': String(width),
        'x-map-height': String(height),
      });
    };

  const routes: readonly (readonly [RegExp, Route])[] = [
    [
      pattern('thumbnail', NUMBER),
      async ({ signal, version, runId }, id) => {
        const image = await imageOf(id!, version);
        if (runId !== null) await refuseChangedImage(workspace, contents, { runId, imageId: id! });
        return answer(await thumbnails.get(image, signal), 'image/webp', cacheControl(version));
      },
    ],
    [
      pattern('tile', NUMBER, NUMBER, NUMBER, NUMBER),
      async ({ signal, version }, id, level, column, row) => {
        const image = await imageOf(id!, version);
        const tile = await tiles.tile(image, { level: level!, column: column!, row: row! }, signal);
        return tile
          ? answer(tile, 'image/jpeg', cacheControl(version))
          : refusal(404, 'The image has no such tile.');
      },
    ],
    [pattern('map', 'coarse', NUMBER, NUMBER), map('coarseMap')],
    [pattern('map', 'final', NUMBER, NUMBER), map('finalMap')],
    [
      pattern('truth', NUMBER),
      async (_request, id) => {
        const mask = await findGroundTruth(await getImage(workspace, id!));
        if (mask === undefined) return refusal(404, 'There is no ground truth for this image.');
        return answer(await groundTruthPicture(mask), 'image/png', ASK_AGAIN);
      },
    ],
  ];

  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refusal(405, 'Only GET is answered here.', { allow: 'GET, HEAD' });
    }
    const url = new URL(request.url);
    const version = url.searchParams.get('v');
    if (version !== null && !/^[0-9a-f]{6,64}$/.test(version)) {
      return refusal(400, 'The version in the address is not one.');
    }
    const run = url.searchParams.get('run');
    if (run !== null && !/^[1-9][0-9]{0,14}$/.test(run)) {
      return refusal(400, 'The run in the address is not one.');
    }
    const runId = run === null ? null : Number(run);
    for (const [regex, route] of routes) {
      const match = regex.exec(url.pathname);
      if (!match) continue;
      try {
        const ifNoneMatch = request.headers.get('if-none-match');
        const ids = match.slice(1).map(Number);
        const response = await route({ signal: request.signal, version, runId, ifNoneMatch }, ...ids);
        return request.method === 'HEAD' ? new Response(null, response) : response;
      } catch (error) {
        const { code, message } = toErrorRecord(error);
        if (error instanceof ClipSamError) return refusal(STATUS[code] ?? 500, message);
        workstation.log(error);
        return refusal(500, 'A fault of the program; the log says more.');
      }
    }
    return refusal(/^\/media\//.test(url.pathname) ? 400 : 404, 'There is nothing at this address.');
  };
}

function pattern(...parts: readonly string[]): RegExp {
  return new RegExp(`^/media/${parts.join('/')}$`);
}

function answer(
  body: Uint8Array,
  type: string,
  cacheControl: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body as Uint8Array<ArrayBuffer>, {
    headers: {
      ...COMMON_HEADERS,
      'content-type': type,
      'content-length': String(body.byteLength),
      'cache-control': cacheControl,
      ...headers,
    },
  });
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, {
    status,
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    },
  });
}
