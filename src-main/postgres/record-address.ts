import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { ClipSamError } from '../../src-shared/errors.ts';

/** Where a record is, without the password, as it may be shown and logged. */
export interface RecordAddress {
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  /** Undefined: PGPASSWORD or .pgpass, where they have one. Not in {@link shown}. */
  readonly password: string | undefined;
  readonly tls: ConnectionOptions | false;
}

const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type TlsMode = (typeof MODES)[number];

/** Parameters of an address that mean something here. */
const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/**
 * Reads `postgres://user@host:5432/database?sslmode=verify-full`, as libpq writes addresses. Without `sslmode` (or
 * PGSSLMODE) certificates are checked, but for this machine, where there is no TLS.
 * @throws ClipSamError `input-invalid`, without any part of what was given: it may hold a password
 */
export function recordAddress(text: string, environment: NodeJS.ProcessEnv = process.env): RecordAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw invalid('The address must be like postgres://user@host:5432/database.');
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !PARAMETERS.includes(name));
  if (unknown.length > 0) {
    throw invalid(`An address has the parameters ${PARAMETERS.join(', ')}, and no others.`);
  }
  const parameter = (name: string) => url.searchParams.get(name) || undefined;
  const [host, database, user, password] = [
    parameter('host') ?? (decoded(url.hostname) || environment.PGHOST || 'localhost'),
    decoded(url.pathname.slice(1)) || environment.PGDATABASE,
    decoded(url.username) || environment.PGUSER,
    decoded(url.password) || undefined,
  ];
  if (!database) throw invalid('The address names no database: postgres://user@host:5432/database.');
  const port = Number(url.port || environment.PGPORT || 5432);
  const mode = tlsMode(parameter('sslmode') ?? environment.PGSSLMODE, host);
  const shownHost = host.startsWith('/') ? encodeURIComponent(host) : host;
  return {
    shown: `postgres://${user ? `${encodeURIComponent(user)}@` : ''}${shownHost}:${port}/${encodeURIComponent(database)}`,
    ...{ host: host.replace(/^\[(.*)\]$/, '$1'), port, database, user, password },
    tls: tlsOptions(mode, host, {
      ca: parameter('sslrootcert') ?? environment.PGSSLROOTCERT,
      cert: parameter('sslcert') ?? environment.PGSSLCERT,
      key: parameter('sslkey') ?? environment.PGSSLKEY,
    }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('The address has a % that stands for no sign: write %25 for it.');
  }
}

function isThisMachine(host: string): boolean {
  return host.startsWith('/') || ['localhost', '127.0.0.1', '::1', '[::1]'].includes(host);
}

function tlsMode(given: string | undefined, host: string): TlsMode {
  if (given === undefined) return isThisMachine(host) ? 'disable' : 'verify-full';
  const mode = MODES.find((known) => known === given);
  if (mode) return mode;
  throw invalid(
    `sslmode is one of ${MODES.join(', ')}: what would go on without TLS when TLS fails is not done.`,
  );
}

/** As libpq has it: `require` is encrypted and trusts whoever answers; `verify-ca` does not look at the name. */
function tlsOptions(
  mode: TlsMode,
  host: string,
  files: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>,
): ConnectionOptions | false {
  if (mode === 'disable') return false;
  const contents = Object.entries(files).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, contentOf(path)] as const],
  );
  return {
    ...Object.fromEntries(contents),
    rejectUnauthorized: mode !== 'require',
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(isIP(host) === 0 && !host.startsWith('/') && { servername: host }),
  };
}

function contentOf(path: string): string {
  if (!existsSync(path)) throw invalid(`There is no certificate or key at ${path}.`);
  return readFileSync(path, 'utf8');
}

function invalid(message: string): ClipSamError {
  return new ClipSamError('input-invalid', message);
}
