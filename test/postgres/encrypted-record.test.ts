import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PlantRecord } from '../../src-main/postgres/plant-record.ts';
import { recordAddress } from '../../src-main/postgres/record-address.ts';
import { recordRoles } from '../../src-main/services/plant-record/sync-workspace.ts';
import { certificates } from '../certificates.ts';
import { hasPostgres, PostgresServer } from './postgres-server.ts';

/** A server that takes `station` with a certificate called `client`, and `typist` with a password, by TLS alone. */
async function encrypted() {
  const { path, text } = await certificates();
  const server = await PostgresServer.make({
    ...{ authority: text('ca.pem'), certificate: text('server.pem'), key: text('server.key') },
    rules: ['hostssl all client 127.0.0.1/32 cert', 'hostssl all typist 127.0.0.1/32 scram-sha-256'],
  });
  onTestFinished(() => server.remove());
  const owner = await server.database('plant');
  await (await PlantRecord.open(recordAddress(owner, {}))).close();
  await server.ask(owner, recordRoles());
  await server.ask(owner, 'create role client login in role clipsam_writer');
  await server.ask(owner, `create role typist login password 'made-up-secret' in role clipsam_writer`);
  const open = (user: string, query: string, host = '127.0.0.1') =>
    PlantRecord.open(recordAddress(`postgres://${user}@${host}:${server.port}/plant?${query}`, {}));
  const refusal = async (...args: Parameters<typeof open>) => {
    const error = await open(...args).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'record-refused' });
    return (error as Error).message;
  };
  return { server, owner, open, refusal, path };
}

describe.skipIf(!hasPostgres())('a record by TLS (PostgreSQL)', () => {
  it('is opened with the station’s certificate once the server’s is checked, and not by less', async () => {
    const { server, owner, open, refusal, path } = await encrypted();
    const known = `sslmode=verify-full&sslrootcert=${path('ca.pem')}`;
    const own = `${known}&sslcert=${path('client.pem')}&sslkey=${path('client.key')}`;
    const record = await open('client', own);
    const connections = await server.ask(
      owner,
      `select usename, ssl, client_dn from pg_stat_activity join pg_stat_ssl using (pid)
       where application_name = 'clipsam sync'`,
    );
    expect(connections).toEqual([{ usename: 'client', ssl: true, client_dn: '/CN=client' }]);
    await record.close();

    expect(await refusal('client', known)).toMatch(/certificate/);
    // Whose authority nobody knows, and whose certificate is for another name.
    expect(await refusal('client', own.replace(/&sslrootcert=[^&]*/, ''))).toMatch(/sslrootcert=FILE/);
    expect(await refusal('client', own, 'localhost')).toMatch(/localhost.*sslrootcert=FILE/s);
    await (await open('client', own.replace('verify-full', 'verify-ca'), 'localhost')).close();
    expect(await refusal('client', 'sslmode=disable')).toMatch(/no encryption/);
  });

  it('takes the password from .pgpass, and does not tell it', async () => {
    const { server, open, refusal, path } = await encrypted();
    const known = `sslmode=verify-full&sslrootcert=${path('ca.pem')}`;
    const file = path('pgpass');
    vi.stubEnv('PGPASSFILE', file);
    onTestFinished(() => void vi.unstubAllEnvs());
    const says = (password: string) =>
      writeFile(file, `127.0.0.1:${server.port}:plant:typist:${password}\n`, { mode: 0o600 });
    await says('made-up-secret');
    await (await open('typist', known)).close();
    await says('another-secret');
    const message = await refusal('typist', known);
    expect(message).toMatch(/\.pgpass/);
    expect(message).not.toContain('secret');
  });
});
