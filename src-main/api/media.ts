import type { BatchImage } from '../../src-shared/batch.ts';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import type { ResultArtifacts } from '../../src-shared/result.ts';
import { findGroundTruth, groundTruthPicture } from '../services/pictures/ground-truth.ts';
import { readFileOf } from '../services/pictures/read-file-of.ts';
import { readStoredMap } from '../services/pictures/result-maps.ts';
import { refuseChangedImage } from '../services/pictures/seen-file.ts';
import { getImage } from '../store/images.ts';
import { itemsOf } from '../store/memory-items.ts';
import { getReport } from '../store/reports.ts';
import { artifactsDroppedAt, artifactsOf } from '../store/results.ts';
import type { Workstation } from './workstation.ts';

/** What every answer says: no browser guesses its type, and no other site shows it. */
const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};
/** An address with a version, or of a result, never means anything else. */
const FOR_EVER = 'private, max-age=31536000, immutable';
const ASK_AGAIN = 'private, no-cache';

/** Answers an address of one kind. The arguments are the ids in the path, in their order. */
type Route = (workstation: Workstation, request: MediaRequest, ...ids: number[]) => Promise<Response>;

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

const ROUTES: readonly (readonly [RegExp, Route])[] = [
  [pattern('thumbnail', NUMBER), thumbnail],
  [pattern('memory', NUMBER), remembered],
  [pattern('tile', NUMBER, NUMBER, NUMBER, NUMBER), tile],
  [pattern('map', 'coarse', NUMBER, NUMBER), mapOf('coarseMap')],
  [pattern('map', 'final', NUMBER, NUMBER), mapOf('finalMap')],
  [pattern('map', 'language', NUMBER, NUMBER), mapOf('languageMap')],
  [pattern('map', 'consensus', NUMBER, NUMBER), mapOf('consensusMap')],
  [pattern('map', 'references', NUMBER, NUMBER), mapOf('referencesMap')],
  [pattern('truth', NUMBER), truth],
  [pattern('report', NUMBER), report],
  [pattern('report-preview', NUMBER), reportPreview],
];

/**
 * Serves what `src-shared/media-urls.ts` names: thumbnails, tiles, maps, ground truth and what products remember, by id. No part of an
 * address ever becomes part of a path.
 */
export function createMediaHandler(workstation: Workstation): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refusal(405, 'Only GET is answered here.', { allow: 'GET, HEAD' });
    }
    const url = new URL(request.url);
    const asked = parseRequest(request, url);
    if (asked instanceof Response) return asked;
    for (const [regex, route] of ROUTES) {
      const match = regex.exec(url.pathname);
      if (!match) continue;
      try {
        const response = await route(workstation, asked, ...match.slice(1).map(Number));
        return request.method === 'HEAD' ? new Response(null, response) : response;
      } catch (error) {
        return refusalFor(error, workstation);
      }
    }
    return refusal(/^\/media\//.test(url.pathname) ? 400 : 404, 'There is nothing at this address.');
  };
}

/** What an address asks for beside its path; a refusal where that is malformed. */
function parseRequest(request: Request, url: URL): MediaRequest | Response {
  const version = url.searchParams.get('v');
  if (version !== null && !/^[0-9a-f]{6,64}$/.test(version)) {
    return refusal(400, 'The version in the address is not one.');
  }
  const run = url.searchParams.get('run');
  if (run !== null && !/^[1-9][0-9]{0,14}$/.test(run)) {
    return refusal(400, 'The run in the address is not one.');
  }
  return {
    signal: request.signal,
    version,
    runId: run === null ? null : Number(run),
    ifNoneMatch: request.headers.get('if-none-match'),
  };
}

async function thumbnail(
  workstation: Workstation,
  { signal, version, runId }: MediaRequest,
  id: number,
): Promise<Response> {
  const { workspace, contents, thumbnails } = workstation;
  const image = await imageOf(workstation, id, version);
  if (runId !== null) await refuseChangedImage(workspace, contents, { runId, imageId: id });
  return answer(await thumbnails.get(image, signal), 'image/webp', cacheControl(version));
}

/** Of the copy that the workspace keeps: the image may be gone. */
async function remembered(
  { workspace, thumbnails }: Workstation,
  { signal, version }: MediaRequest,
  id: number,
): Promise<Response> {
  const [item] = await itemsOf(workspace, [id]);
  if (!item) return refusal(404, 'No product remembers this.');
  const picture = { ...item, path: workspace.artifacts.pathOf(item.contentHash) };
  return answer(await thumbnails.get(picture, signal), 'image/webp', cacheControl(version));
}

async function tile(
  workstation: Workstation,
  { signal, version }: MediaRequest,
  id: number,
  level: number,
  column: number,
  row: number,
): Promise<Response> {
  const image = await imageOf(workstation, id, version);
  const pixels = await workstation.tiles.tile(image, { level, column, row }, signal);
  return pixels
    ? answer(pixels, 'image/jpeg', cacheControl(version))
    : refusal(404, 'The image has no such tile.');
}

function mapOf(kind: Exclude<keyof ResultArtifacts, 'mask'>) {
  return async (
    { workspace }: Workstation,
    { ifNoneMatch }: MediaRequest,
    runId: number,
    imageId: number,
  ): Promise<Response> => {
    const artifacts = await artifactsOf(workspace, runId, imageId);
    if (!artifacts) return refusal(404, `Run ${runId} has no result for image ${imageId}.`);
    const artifact = artifacts[kind];
    if (!artifact) return refusal(404, `The result of image ${imageId} in run ${runId} has no such map.`);
    const etag = `"${artifact.sha256}"`;
    if (ifNoneMatch === etag) return new Response(null, { status: 304, headers: { etag } });
    const dropped = await artifactsDroppedAt(workspace, runId, imageId);
    if (dropped !== null)
      return refusal(410, `The map was removed on ${dropped.slice(0, 10)} by the workspace's rule.`);
    const { width, height, data } = await readStoredMap(workspace.artifacts, artifact);
    // Every machine that ONNX Runtime is built for is little endian.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return answer(bytes, 'application/octet-stream', FOR_EVER, {
      etag,
      'x-map-width': String(width),
      'x-map-height': String(height),
    });
  };
}

async function report({ workspace }: Workstation, { version }: MediaRequest, id: number): Promise<Response> {
  const { file } = await getReport(workspace, id);
  const bytes = await readFileOf(workspace.artifacts.pathOf(file));
  return bytes
    ? answer(bytes, 'application/pdf', cacheControl(version))
    : refusal(410, 'The file of this report is not there any more.');
}

async function reportPreview(
  { previews }: Workstation,
  _request: MediaRequest,
  id: number,
): Promise<Response> {
  const path = previews.pathOf(id);
  const bytes = path === undefined ? undefined : await readFileOf(path);
  return bytes
    ? answer(bytes, 'application/pdf', ASK_AGAIN)
    : refusal(404, 'There is a newer draft of the report.');
}

async function truth({ workspace }: Workstation, _request: MediaRequest, id: number): Promise<Response> {
  const mask = await findGroundTruth(await getImage(workspace, id));
  if (mask === undefined) return refusal(404, 'There is no ground truth for this image.');
  return answer(await groundTruthPicture(mask), 'image/png', ASK_AGAIN);
}

async function imageOf({ workspace }: Workstation, id: number, version: string | null): Promise<BatchImage> {
  const image = await getImage(workspace, id);
  if (version !== null && !image.version?.startsWith(version)) {
    throw new ClipSamError('image-changed', 'The image has other content by now. Load the page again.');
  }
  return image;
}

function cacheControl(version: string | null): string {
  return version === null ? ASK_AGAIN : FOR_EVER;
}

function refusalFor(error: unknown, workstation: Workstation): Response {
  if (error instanceof ClipSamError) {
    const { code, message } = toErrorRecord(error);
    const shown = workstation.paths?.shown({ code, message }) ?? { message };
    return refusal(STATUS[code] ?? 500, shown.message);
  }
  workstation.log(error);
  return refusal(500, 'A fault of the program; the log says more.');
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
