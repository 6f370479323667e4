import { z } from 'zod';
import { countSchema, immutable } from './field-schemas.ts';

/** How inference servers are reached: the Open Inference Protocol over gRPC or HTTP, each also over TLS. */
export const SERVER_SCHEMES = ['grpc', 'grpcs', 'http', 'https'] as const;
type ServerScheme = (typeof SERVER_SCHEMES)[number];

/** Ports that Triton listens on, where an address names none. */
const PORTS: Readonly<Record<ServerScheme, number>> = { grpc: 8001, grpcs: 8001, http: 8000, https: 443 };

const MOST_SERVERS = 32;

/** Where an inference server listens. */
export interface ServerAddress {
  readonly scheme: ServerScheme;
  /** As it stands in an address: IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** Of HTTP: what stands before `/v2`; empty or begins with a slash. */
  readonly path: string;
  /** All of it as text; holds no secrets. */
  readonly text: string;
}

/** What was asked for with addresses of servers: `grpc://a:8001,grpc://b:8001`, and a device of this machine at the end. */
export interface ServerChoice {
  readonly servers: readonly ServerAddress[];
  /** Device of this machine that takes over when no server answers, as it was written; undefined: none may. */
  readonly fallback: string | undefined;
}

/**
 * Reads addresses of servers, with commas between them. A name without `://` may follow at the end: a device of this
 * machine that takes over when no server answers.
 * @returns undefined when it is none; an address with a user's name or a password is none
 */
export function parseServers(text: string): ServerChoice | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const last = parts.at(-1) ?? '';
  const fallback = parts.length > 1 && /^[a-z]+$/.test(last) ? last : undefined;
  const addresses = (fallback === undefined ? parts : parts.slice(0, -1)).map(parseAddress);
  const servers: ServerAddress[] = [];
  for (const address of addresses) {
    if (!address) return undefined;
    if (!servers.some(({ text: known }) => known === address.text)) servers.push(address);
  }
  return servers.length > 0 && servers.length <= MOST_SERVERS ? { servers, fallback } : undefined;
}

function parseAddress(text: string): ServerAddress | undefined {
  const host = '\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?';
  const match = new RegExp(`^(grpcs?|https?)://(${host})(?::(\\d{1,5}))?((?:/[\\w.~-]+)*)/?$`).exec(text);
  if (!match) return undefined;
  const [, name, found = '', number, path = ''] = match;
  const scheme = SERVER_SCHEMES.find((known) => known === name)!;
  const port = number === undefined ? PORTS[scheme] : Number(number);
  if (port < 1 || port > 65_535 || (path !== '' && scheme.startsWith('grpc'))) return undefined;
  return { scheme, host: found, port, path, text: `${scheme}://${found}:${port}${path}` };
}

/**
 * An inference server as it stands: `ready`; `away`, to be asked again by and by; `refused` until the next start, because
 * it has other models, or answered with something that was not asked for.
 */
const serverStateSchema = z.object({
  address: z.string(),
  state: z.enum(['ready', 'away', 'refused']),
  /** Why it isn't ready, in English. */
  reason: z.string().nullable(),
  /** As the server calls itself; null: it never answered. */
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** It shows that its models were made of the pack. */
  isProven: z.boolean(),
  /** Requests that wait for its answer, and those that it has answered. */
  underWay: countSchema,
  answered: countSchema,
});
export const serverStatesSchema = immutable(z.array(serverStateSchema));
export type ServerState = z.infer<typeof serverStatesSchema>[number];
