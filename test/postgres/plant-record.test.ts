import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { PlantRecord } from '../../src-main/postgres/plant-record.ts';
import { recordAddress } from '../../src-main/postgres/record-address.ts';

/** What a server says to a client that signs in, and then to its first question: its version. */
async function serverOfVersion(number: string, name: string): Promise<number> {
  const message = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const int = (value: number, bytes: 2 | 4) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  const text = (value: string) => Buffer.from(`${value}\0`);
  const ready = message('Z', Buffer.from('I'));
  const column = (title: string) => [
    text(title),
    int(0, 4),
    int(0, 2),
    int(25, 4),
    int(-1, 2),
    int(-1, 4),
    int(0, 2),
  ];
  const value = (content: string) => [int(content.length, 4), Buffer.from(content)];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int(0, 4)), ready]));
      socket.once('data', () =>
        socket.write(
          Buffer.concat([
            message('T', int(2, 2), ...column('number'), ...column('name')),
            message('D', int(2, 2), ...value(number), ...value(name)),
            message('C', text('SELECT 1')),
            ready,
          ]),
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

it('refuses a server older than PostgreSQL 14', async () => {
  const port = await serverOfVersion('130022', '13.22');
  await expect(
    PlantRecord.open(recordAddress(`postgres://a@127.0.0.1:${port}/plant`, {})),
  ).rejects.toMatchObject({
    code: 'record-refused',
    message: `PostgreSQL at postgres://a@127.0.0.1:${port}/plant is version 13.22: the record needs 14 or newer.`,
  });
});

it('says that nobody answers', async () => {
  const address = recordAddress('postgres://a:secret@127.0.0.1:1/plant', {});
  await expect(PlantRecord.open(address)).rejects.toMatchObject({ code: 'record-unreachable' });
});

it('reads addresses as libpq writes them, and shows them without the password', () => {
  const address = recordAddress('postgresql://an%40a:p%3Aw@db.plant:6000/plant', {});
  expect(address).toMatchObject({ user: 'an@a', password: 'p:w', host: 'db.plant', port: 6000 });
  expect(address.shown).toBe('postgres://an%40a@db.plant:6000/plant');
  expect(recordAddress('postgres:///plant?host=/run/postgresql', {})).toMatchObject({
    host: '/run/postgresql',
    tls: false,
  });
  expect(recordAddress('postgres://[::1]/plant', {})).toMatchObject({ host: '::1', tls: false });
});

it('checks certificates but on this machine, as sslmode says', () => {
  const tls = (query: string, environment = {}) =>
    recordAddress(`postgres://a@db/plant${query}`, environment).tls;
  expect(tls('')).toMatchObject({ rejectUnauthorized: true, servername: 'db' });
  expect(tls('?sslmode=require')).toMatchObject({ rejectUnauthorized: false });
  expect(tls('?sslmode=verify-ca')).toMatchObject({
    rejectUnauthorized: true,
    checkServerIdentity: expect.any(Function),
  });
  expect(tls('', { PGSSLMODE: 'disable' })).toBe(false);
});

it.each([
  'postgres://a:geheim@db:port/plant',
  'mysql://a:geheim@db/plant',
  'postgres://a:geheim@db/plant?sslmode=prefer',
  'postgres://a:geheim@db/plant?password=geheim',
  'postgres://a:geheim@db',
  'postgres://a:geheim%@db/plant',
])('refuses %s without telling any of it', (text) => {
  const refuse = () => recordAddress(text, {});
  expect(refuse).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  expect(refuse).not.toThrow(/geheim/);
});
