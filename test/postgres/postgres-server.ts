import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../free-port.ts';

const run = promisify(execFile);

/** Folder of the server's programs; undefined: it is not installed. */
const BIN = findPrograms();

function findPrograms(): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v pg_ctl || ls -d /usr/lib/postgresql/*/bin/pg_ctl'], {
    encoding: 'utf8',
  });
  const path = found.stdout.trim().split('\n').at(-1);
  return path ? path.slice(0, -'/pg_ctl'.length) : undefined;
}

/** The server refuses to run as root: then it runs as the user that its package made. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.geteuid?.() !== 0) return {};
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Whether there is a PostgreSQL server; tests without it say so and are skipped. */
export function hasPostgres(): boolean {
  if (!BIN)
    console.warn('SKIPPED: the plant’s record in PostgreSQL (the package postgresql is not installed)');
  return BIN !== undefined;
}

/** How a server is reached by TLS; all PEM. */
export interface PostgresTls {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  readonly rules: readonly string[];
}

/** A server of its own in a temporary folder, on a free port, trusting whoever comes from this machine. */
export class PostgresServer {
  readonly port: number;
  readonly folder: string;
  readonly #user = unprivileged();

  readonly #tls: boolean;

  private constructor(folder: string, port: number, tls: boolean) {
    this.folder = folder;
    this.port = port;
    this.#tls = tls;
  }

  /** @param tls with certificates, and rules (lines of pg_hba.conf) of who else may come in by which way */
  static async make(tls?: PostgresTls): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'clipsam-postgres-'));
    const server = new PostgresServer(folder, await freePort(), tls !== undefined);
    const { uid, gid } = server.#user;
    const give = async (path: string) => {
      if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
    };
    await give(folder);
    const options = ['--no-sync', '-A', 'trust', '-U', 'owner', '-E', 'UTF8', '--locale=C'];
    await server.#program('initdb', ['-D', join(folder, 'data'), ...options]);
    if (tls) {
      const { authority, certificate, key, rules } = tls;
      const contents = { 'ca.pem': authority, 'server.pem': certificate, 'server.key': key };
      for (const [name, content] of Object.entries(contents)) {
        const path = join(folder, 'data', name);
        await writeFile(path, content, { mode: 0o600 });
        await give(path);
      }
      const lines = ['host all owner 127.0.0.1/32 trust', ...rules];
      await writeFile(join(folder, 'data', 'pg_hba.conf'), `${lines.join('\n')}\n`);
    }
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const files = 'ssl_ca_file=ca.pem -c ssl_cert_file=server.pem -c ssl_key_file=server.key';
    const tls = this.#tls ? ` -c ssl=on -c ${files}` : '';
    const options = `-p ${this.port} -k ${this.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c timezone=Asia/Tokyo${tls}`;
    await this.#control(['-w', '-t', '600', '-l', join(this.folder, 'log'), '-o', options, 'start']);
  }

  /** @param mode `immediate`: as when its machine loses power */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.#control(['-m', mode, '-w', '-t', '600', 'stop']);
  }

  async remove(): Promise<void> {
    await this.stop('immediate').catch(() => {});
    await rm(this.folder, { recursive: true, force: true });
  }

  address(database: string, user = 'owner', password = ''): string {
    const who = password === '' ? user : `${user}:${password}`;
    return `postgres://${who}@127.0.0.1:${this.port}/${database}`;
  }

  /** An empty database. @returns its address */
  async database(name: string): Promise<string> {
    await this.ask('postgres', `create database ${name}`);
    return this.address(name);
  }

  /** What a query answers. @param where a database, or an address */
  async ask<Row extends object>(where: string, query: string, values: unknown[] = []): Promise<Row[]> {
    const connectionString = where.includes(':') ? where : this.address(where);
    const client = new Client({ connectionString });
    await client.connect();
    try {
      const { rows } = await client.query(query, values);
      return rows as Row[];
    } finally {
      await client.end();
    }
  }

  async #control(args: readonly string[]): Promise<void> {
    await this.#program('pg_ctl', ['-D', join(this.folder, 'data'), ...args]);
  }

  async #program(name: string, args: readonly string[]): Promise<void> {
    await run(join(BIN!, name), [...args], { ...this.#user, cwd: this.folder });
  }
}

/** One server for all tests of a file, where there is one. */
export function sharedPostgres(): { readonly server: PostgresServer } {
  const shared: { server?: PostgresServer } = {};
  beforeAll(async () => {
    if (BIN) shared.server = await PostgresServer.make();
  });
  afterAll(() => shared.server?.remove());
  return shared as { readonly server: PostgresServer };
}
