import { cp, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { addMadeUpBatches } from '../../../src-main/store/made-up-batches.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { addInspector } from '../../../src-main/store/people.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { RECORD_PARTS, RECORD_TABLES } from '../../../src-shared/plant-record.ts';
import type { PostgresServer } from '../../postgres/postgres-server.ts';
import { recipe, region } from '../../store/fixtures.ts';
import { tempFolder } from '../../temp-folder.ts';

/** Regions of the made-up images. */
const REGIONS = [1, 2, 3].map((index) => ({ ...region, index, area: 100 * index, length: 20, width: 10 }));

/** What a PIN is checked against: it is nowhere in a record. */
export const PIN = 'scrypt$of-a-pin';

/** A closed workspace with made-up batches, each image judged, and an engineer. It stays until it is removed. */
export async function madeUpFolder(size: { batches: number; images: number }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-record-'));
  const workspace = await openWorkspace(folder, { create: true });
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const files = [{ contentHash: 'a'.repeat(64), bytes: 1000, width: 64, height: 48 }];
  const pictures = { folder: '/line', files, regions: REGIONS };
  await addMadeUpBatches(workspace, hash, { ...size, pictures });
  await addInspector(workspace, { name: 'Ana', role: 'engineer', pin: PIN, inspector: 'Ana' });
  await workspace.close();
  return folder;
}

/** A copy of a workspace, that goes away with the test. */
export async function copied(folder: string): Promise<string> {
  const copy = join(await tempFolder(), 'station-7');
  await cp(folder, copy, { recursive: true });
  return copy;
}

export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true });

const TABLES = [...Object.keys(RECORD_TABLES), ...Object.keys(RECORD_PARTS), 'sync_blocks'];

/** Everything that a database has of workspaces, but for the time at which rows were found to be gone. */
export async function contentOf(server: PostgresServer, address: string): Promise<Record<string, string[]>> {
  const content: Record<string, string[]> = {};
  for (const table of TABLES) {
    const rows = await server.ask<{ row: string }>(
      address,
      `select (to_jsonb(t) - 'deleted_at' || jsonb_build_object('gone', to_jsonb(t) ->> 'deleted_at' is not null))::text
         as row from clipsam.${table} t order by 1`,
    );
    content[table] = rows.map(({ row }) => row);
  }
  return content;
}

/** A way to a server that breaks in the middle of what is sent. */
export class BreakableWay {
  readonly #server: Server;
  #left = Number.POSITIVE_INFINITY;
  /** Bytes that went to the server. */
  sent = 0;

  private constructor(to: number) {
    this.#server = createServer((client) => {
      const server = connect(to, '127.0.0.1');
      const end = () => [client, server].map((socket) => socket.destroy());
      for (const socket of [client, server]) socket.on('error', end).on('close', end);
      server.pipe(client);
      client.on('data', (bytes) => {
        const through = bytes.subarray(0, Math.max(0, this.#left));
        this.#left -= through.length;
        this.sent += through.length;
        if (through.length > 0) server.write(through);
        if (this.#left <= 0) server.end(end);
      });
    });
  }

  static async to(port: number): Promise<BreakableWay> {
    const way = new BreakableWay(port);
    await new Promise<void>((resolve) => way.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void way.#server.close());
    return way;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Breaks once so many more bytes went to the server. */
  breakAfter(bytes: number): void {
    this.#left = bytes;
  }

  mend(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }
}
