import { ClipSamError } from '../../src-shared/errors.ts';

/** What of PostgreSQL or the network between says that another try may succeed. SQLSTATEs, classes of them, Node's codes. */
const PASSING = [
  /^08/,
  /^57P0[1-5]$/,
  /^53/,
  // Deadlocks, and a lock that another program holds too long.
  /^40/,
  /^55P03$/,
  /^57014$/,
  // A transaction that stood still, because this machine slept.
  /^25P0[34]$/,
  /^E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|HOSTDOWN|NETDOWN|AI_AGAIN)$/,
  /^(ENOTFOUND|ENOENT)$/,
];
const PASSING_TEXTS =
  /Connection terminated|timeout expired|Query read timeout|not queryable|Client was closed|socket disconnected/;

/** Certificates that were not trusted, as Node names them. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|altname/i;

/** An error of PostgreSQL or of the way there, with what to do. @param shown the address, without a password */
export function toRecordError(error: unknown, shown: string): ClipSamError {
  if (error instanceof ClipSamError) return error;
  const cause = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '');
  const message = cause instanceof Error ? cause.message : String(cause);
  if (PASSING.some((pattern) => pattern.test(code)) || PASSING_TEXTS.test(message)) {
    return new ClipSamError(
      'record-unreachable',
      `PostgreSQL at ${shown} cannot be reached (${message || code}). Nothing is lost: the same command goes on where it was; with --follow it waits.`,
      { cause },
    );
  }
  return new ClipSamError(
    'record-refused',
    `PostgreSQL at ${shown} refused: ${message}. ${hint(code, message)}`,
    {
      cause,
    },
  );
}

function hint(code: string, message: string): string {
  if (code === '42501') {
    return 'The owner of the schema runs clipsam sync --prepare, and the script of clipsam sync --role-script.';
  }
  if (/^28/.test(code)) {
    return 'Check user and password: in the address, in PGPASSWORD or in .pgpass.';
  }
  if (/does not support SSL/.test(message)) {
    return 'Switch TLS on there, or write sslmode=disable where nobody can listen.';
  }
  if (CERTIFICATE.test(code) || CERTIFICATE.test(message)) {
    return "Name the authority's certificate with sslrootcert=FILE; sslmode=require trusts whoever answers.";
  }
  return 'See its log for more.';
}
