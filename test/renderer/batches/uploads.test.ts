import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { failure } from '../../../src-shared/errors.ts';
import { UPLOAD_LIMITS } from '../../../src-shared/upload.ts';
import { until } from '../../until.ts';

vi.stubGlobal('window', {});
vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('localStorage', { getItem: () => null });
let uploads: typeof import('../../../src-renderer/batches/uploads.ts');
let given: typeof import('../../../src-renderer/batches/given-paths.ts');
let state: typeof import('../../../src-renderer/state/workstation.ts');
beforeAll(async () => {
  uploads = await import('../../../src-renderer/batches/uploads.ts');
  given = await import('../../../src-renderer/batches/given-paths.ts');
  state = await import('../../../src-renderer/state/workstation.ts');
});

/** A workstation that has what it acknowledged, and can be started anew. */
function fakeServer() {
  const stored = new Map<number, number>();
  const pieces: string[] = [];
  let isBegun = false;
  const client = {
    uploads: {
      begin: async ({ files }: { files: readonly { bytes: number }[] }) => {
        isBegun = true;
        const missing = files
          .map(({ bytes }, index) => ({ index, offset: stored.get(index) ?? 0, bytes }))
          .filter(({ offset, bytes }) => offset < bytes);
        return { id: '0123456789abcdef', key: 'key', missing, passedOver: [] };
      },
      finish: async () => ({ path: 'uploads/0123456789abcdef' }),
    },
  };
  vi.stubGlobal('fetch', async (path: string, { body }: { body: ArrayBuffer }) => {
    const [, index, offset] = /\/(\d+)\?offset=(\d+)$/.exec(path)!;
    if (!isBegun) {
      const record = { code: 'not-found', message: 'Gone.', details: { case: 'upload-unknown' } };
      return Response.json(record, { status: 404 });
    }
    pieces.push(`${index} ${Number(offset) / UPLOAD_LIMITS.chunkBytes}`);
    stored.set(Number(index), Number(offset) + body.byteLength);
    return Response.json({ offset: stored.get(Number(index)) });
  });
  return { client, pieces, restart: () => (isBegun = false) };
}

const connect = (client: unknown) => state.useConnection.setState({ workstation: { client } as never });
const fileOf = (chunks: number) => ({
  name: 'lot7/a.png',
  file: new File([new Uint8Array(chunks * UPLOAD_LIMITS.chunkBytes)], 'a.png'),
});
const job = () => uploads.useUploads.getState().job;

beforeEach(() => {
  state.useConnection.setState({ workstation: null });
  uploads.useUploads.setState({ job: null });
  given.useGivenPaths.setState({ paths: null });
});

it('an upload waits for the workstation, and gives what is to be imported', async () => {
  const { client } = fakeServer();
  const done = uploads.upload(() => [fileOf(1)], 'Otto');
  await Promise.resolve();
  expect(job()?.state).toBe('sending');
  connect(client);
  await done;
  expect(job()).toEqual({ state: 'done', files: 1, passedOver: [] });
  expect(given.useGivenPaths.getState().paths).toEqual(['uploads/0123456789abcdef']);
});

it('it goes on in the middle of a file after the line broke and the workstation forgot it', async () => {
  const { client, pieces, restart } = fakeServer();
  const answer = globalThis.fetch;
  let count = 0;
  vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
    if (++count !== 3) return answer(...args);
    restart();
    throw new TypeError('Failed to fetch');
  });
  connect(client);
  const done = uploads.upload(() => [fileOf(4)], 'Otto');
  await until(() => job()?.state === 'waiting');
  expect(job()).toMatchObject({ sent: 2 * UPLOAD_LIMITS.chunkBytes });
  await done;
  expect(pieces).toEqual(['0 0', '0 1', '0 2', '0 3']);
  expect(job()?.state).toBe('done');
});

it('what the workstation refuses ends it, and so does whoever cancels it', async () => {
  const { client } = fakeServer();
  const refuse = async () => {
    throw failure('upload-too-large', { limit: 200 }, 'Too much.');
  };
  connect({ uploads: { ...client.uploads, begin: refuse } });
  await uploads.upload(() => [fileOf(1)], 'Otto');
  expect(job()).toMatchObject({ state: 'failed', error: { details: { case: 'upload-too-large' } } });
  state.useConnection.setState({ workstation: null });
  const done = uploads.upload(() => [fileOf(1)], 'Otto');
  await until(() => job()?.state === 'sending');
  (job() as { cancel(): void }).cancel();
  await done;
  expect(job()).toBeNull();
});

it('more files than an upload takes are not sent', async () => {
  await uploads.upload(() => Array(UPLOAD_LIMITS.files + 1).fill(fileOf(0)), 'Otto');
  expect(job()).toMatchObject({ state: 'failed', error: { details: { case: 'upload-too-many' } } });
});
