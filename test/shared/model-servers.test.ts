import { expect, it } from 'vitest';
import { deviceRequestSchema, localDevice } from '../../src-shared/device.ts';
import { parseServers } from '../../src-shared/model-servers.ts';

const texts = (text: string) => parseServers(text)?.servers.map((server) => server.text);

it('reads addresses, and a device of this machine at the end', () => {
  expect(texts('grpc://gpu-box:8001')).toEqual(['grpc://gpu-box:8001']);
  expect(texts('grpcs://a, https://b/models ,http://[::1]:9000,grpc://a:8001')).toEqual([
    'grpcs://a:8001',
    'https://b:443/models',
    'http://[::1]:9000',
    'grpc://a:8001',
  ]);
  expect(texts('grpc://a,grpc://a:8001')).toEqual(['grpc://a:8001']);
  expect(parseServers('grpc://a,grpc://b,auto')).toMatchObject({ fallback: 'auto', servers: { length: 2 } });
  expect(parseServers('grpc://a')?.fallback).toBeUndefined();
});

it('takes no passwords, nothing that a parser would mend, and no device that is none', () => {
  for (const text of [
    ...[
      'grpc://user:secret@a',
      'grpc://a?token=1',
      'grpc://a/path',
      'grpc://',
      'grpc://a:0',
      'grpc://a:65536',
    ],
    ...[
      'ftp://a',
      'auto',
      'cpu',
      '',
      ',',
      'auto,grpc://a',
      'grpc://a,,grpc://b',
      'grpc://a b',
      'grpc://a\\b',
    ],
  ]) {
    expect(parseServers(text), text).toBeUndefined();
  }
  for (const text of ['grpc://a', 'grpc://a,auto', 'cuda']) {
    expect(deviceRequestSchema.parse(text)).toBe(text);
  }
  for (const text of ['grpc://a,gpu', 'server', 'grpc://u:p@a']) {
    expect(deviceRequestSchema.safeParse(text).success, text).toBe(false);
  }
});

it('is no device for what opens graphs of its own', () => {
  expect(localDevice('cpu', 'Training')).toBe('cpu');
  expect(() => localDevice('grpc://a', 'Training')).toThrow(/Training opens graphs/);
});
