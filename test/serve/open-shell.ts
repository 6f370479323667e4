import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os, type RouterClient } from '@orpc/server';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { Access } from '../../src-main/serve/access.ts';
import { type BrowserShell, startBrowserShell } from '../../src-main/serve/browser-shell.ts';
import type { ShellLimits } from '../../src-main/serve/http-server.ts';
import { rpcProtocols } from '../../src-shared/browser-access.ts';
import { tempFolder } from '../temp-folder.ts';

/** What a window might ask: an answer, a stream that knows when nobody listens, as much as it wants. */
function smallRouter() {
  const state = { streams: 0, produced: 0 };
  const router = {
    double: os.input(z.number()).handler(({ input }) => 2 * input),
    length: os.input(z.string()).handler(({ input }) => input.length),
    flood: os.input(z.object({ bytes: z.number() })).handler(async function* ({ input, signal }) {
      state.streams++;
      try {
        while (!signal?.aborted) {
          state.produced++;
          yield 'x'.repeat(input.bytes);
        }
      } finally {
        state.streams--;
      }
    }),
  };
  return { router, state };
}
export type SmallClient = RouterClient<ReturnType<typeof smallRouter>['router']>;

export interface OpenShell extends BrowserShell {
  readonly access: Access;
  /** Sends in an address what a browser that was let in sends. */
  readonly withKey: (path: string) => string;
  readonly state: { streams: number; produced: number };
  readonly rendererFolder: string;
  /** Paths that the media handler was asked for. */
  readonly asked: string[];
}

/** A shell on a free port with a small window; it ends with the test. */
export async function openShell(limits: Partial<ShellLimits> = {}): Promise<OpenShell> {
  const folder = await tempFolder();
  const rendererFolder = join(folder, 'renderer');
  await mkdir(join(rendererFolder, 'assets'), { recursive: true });
  await writeFile(join(rendererFolder, 'index.html'), '<!doctype html><title>Window</title>');
  await writeFile(join(rendererFolder, 'assets', 'main-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  const { router, state } = smallRouter();
  const asked: string[] = [];
  const media = async (request: Request) => {
    asked.push(new URL(request.url).pathname);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return new Response('picture', { headers: { 'content-type': 'image/webp' } });
  };
  const access = new Access();
  const shell = await startBrowserShell({ router, media, rendererFolder, port: 0, limits, access });
  onTestFinished(() => shell.close());
  const withKey = (path: string) => `${path}${path.includes('?') ? '&' : '?'}key=${access.session.media}`;
  return { ...shell, access, withKey, state, rendererFolder, asked };
}

/** A window's connection to the shell. */
export async function openLine(shell: OpenShell): Promise<{ client: SmallClient; socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${shell.port}/rpc`, rpcProtocols(shell.access.session.token), {
    origin: `http://127.0.0.1:${shell.port}`,
  });
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  // Node's and browsers' WebSocket are alike as far as the link goes.
  const websocket = socket as unknown as globalThis.WebSocket;
  return { client: createORPCClient(new RPCLink({ websocket })), socket };
}
