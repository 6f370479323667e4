import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request as ask } from 'node:https';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createDownloadHandler } from '../../src-main/api/downloads.ts';
import { createMediaHandler } from '../../src-main/api/media.ts';
import { createRouter } from '../../src-main/api/router.ts';
import { createUploadHandler } from '../../src-main/api/uploads.ts';
import type { Workstation, WorkstationOptions } from '../../src-main/api/workstation.ts';
import {
  type NetworkShell,
  type NetworkShellOptions,
  startNetworkShell,
} from '../../src-main/serve/network-shell.ts';
import { scryptPins } from '../../src-main/services/people/pin.ts';
import type { Contract } from '../../src-shared/contract/index.ts';
import { type FakeWorkstation, fakeWorkstation } from '../api/workstation-fixture.ts';
import { tempFolder } from '../temp-folder.ts';
import { selfSignedFiles } from './self-signed.ts';

export const PINS = { Eva: '1111', Rita: '2222', Otto: '3333' } as const;
export type Name = keyof typeof PINS;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Certificate to trust, where it is to be checked. */
  readonly ca?: string;
}

export interface NetworkFixture {
  readonly shell: NetworkShell;
  readonly fake: FakeWorkstation;
  readonly workstation: Workstation;
  readonly tls: { readonly cert: string; readonly key: string };
  /** Two clocks of the sessions, in milliseconds. */
  readonly clock: { now: number };
  readonly said: string[];
  readonly rendererFolder: string;
  /** What a browser's own page sends. */
  readonly own: { readonly host: string; readonly origin: string };
  ask(path: string, asked?: Asked): Promise<Answer>;
  signIn(name: string, pin: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The cookie of somebody who signed in. */
  cookieOf(name: Name): Promise<string>;
  open(headers: Readonly<Record<string, string>>, path?: string): Promise<WebSocket>;
  client(cookie: string): Promise<{ client: ContractRouterClient<Contract>; socket: WebSocket }>;
}

/** A workspace with an engineer, a reviewer and an operator, served to a network that is this machine. */
export async function networkFixture(
  limits: NetworkShellOptions['limits'] = {},
  options: Partial<WorkstationOptions> = {},
): Promise<NetworkFixture> {
  const folder = await tempFolder();
  const rendererFolder = join(folder, 'renderer');
  await mkdir(join(rendererFolder, 'assets'), { recursive: true });
  await writeFile(join(rendererFolder, 'index.html'), '<!doctype html><title>Window</title>');
  const tls = await selfSignedFiles(folder, ['gpu-box.test', '127.0.0.1']);
  const clock = { now: 1e6 };
  const clocks = { steady: () => clock.now, wall: () => clock.now };
  const fake = await fakeWorkstation(
    {},
    {
      shell: 'network',
      signIn: { pins: scryptPins(16), clocks },
      surveyDevices: async () => ({ devices: [] }) as never,
      ...options,
    },
  );
  const { workstation } = fake;
  const add = (name: Name, role: 'engineer' | 'reviewer' | 'operator') =>
    workstation.people.add(workstation.workspace, { name, role, pin: PINS[name], inspector: 'Eva' });
  await add('Eva', 'engineer');
  await add('Rita', 'reviewer');
  await add('Otto', 'operator');
  const said: string[] = [];
  const shell = await startNetworkShell({
    router: createRouter(workstation),
    media: createMediaHandler(workstation),
    uploads: createUploadHandler(workstation),
    downloads: createDownloadHandler(workstation),
    people: workstation.people,
    rendererFolder,
    host: '127.0.0.1',
    port: 0,
    tls,
    hostNames: [],
    say: (line) => said.push(line),
    limits,
  });
  onTestFinished(() => shell.close());
  const own = { host: `gpu-box.test:${shell.port}`, origin: `https://gpu-box.test:${shell.port}` };
  const askOwn = (path: string, asked: Asked = {}) => request(shell.port, path, own.host, asked);
  const signIn = (name: string, pin: string, headers = {}) =>
    askOwn('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: own.origin, ...headers },
      body: JSON.stringify({ name, pin }),
    });
  const open = async (headers: Readonly<Record<string, string>>, path = '/rpc') => {
    const socket = new WebSocket(`wss://127.0.0.1:${shell.port}${path}`, ['clipsam'], {
      rejectUnauthorized: false,
      headers: { ...own, ...headers },
    });
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    return socket;
  };
  return {
    ...{ shell, fake, workstation, tls, clock, said, rendererFolder, own, signIn, open },
    ask: askOwn,
    async cookieOf(name) {
      const { headers } = await signIn(name, PINS[name]);
      return String(headers['set-cookie']).split(';')[0]!;
    },
    async client(cookie) {
      const socket = await open({ cookie });
      const websocket = socket as unknown as globalThis.WebSocket;
      return { client: createORPCClient(new RPCLink({ websocket })), socket };
    },
  };
}

function request(port: number, path: string, host: string, asked: Asked): Promise<Answer> {
  const { method = 'GET', headers = {}, body, ca } = asked;
  return new Promise((resolve, reject) => {
    const sent = ask(
      {
        ...{ host: '127.0.0.1', port, path, method, agent: false },
        headers: { host, ...headers },
        ...(ca === undefined ? { rejectUnauthorized: false } : { ca, servername: 'gpu-box.test' }),
      },
      async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode!, headers: answer.headers, body: text });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
