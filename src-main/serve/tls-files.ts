import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { ClipSamError } from '../../src-shared/errors.ts';

/** Where certificate and key lie, both PEM. The certificate's file holds the chain as well. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** What TLS is served with, and what was noticed about it. */
export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Host names and addresses that the certificate is for (its subjectAltName), `*.` in front of a name included. */
  readonly names: readonly string[];
  /** Sentences for whoever runs the program. */
  readonly warnings: readonly string[];
}

/** Days before its end that a certificate is warned of. */
const WARN_DAYS = 14;
const DAY = 24 * 3600 * 1000;

/**
 * Reads certificate and key, and checks that they belong together. A certificate that is over or not valid yet is served all
 * the same, and said: browsers warn of it, and a machine whose clock is wrong is still reached.
 * @param now milliseconds since 1970
 * @throws ClipSamError `input-invalid` when a file can't be read, holds something else, or the key is another
 * certificate's or is encrypted
 */
export async function readTlsFiles(files: TlsFiles, now: number): Promise<TlsIdentity> {
  const cert = await readPem(files.cert, 'certificate');
  const key = await readPem(files.key, 'key');
  const parsed = parseCertificate(cert, files.cert);
  if (!parsed.checkPrivateKey(parseKey(key, files.key))) {
    throw new ClipSamError(
      'input-invalid',
      `The key in ${files.key} does not belong to the certificate in ${files.cert}. Name the two that were made together.`,
    );
  }
  const warnings = [...warningsOfTime(parsed, now), ...(await warningsOfMode(files.key))];
  return { cert, key, names: namesOf(parsed), warnings };
}

async function readPem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : code === 'EISDIR' ? 'is a folder' : 'may not be read';
    throw new ClipSamError('input-invalid', `The file of the ${what} ${why}: ${path}`, { cause });
  }
}

function parseCertificate(pem: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ClipSamError('input-invalid', `There is no certificate in PEM in ${path}.`, { cause });
  }
}

function parseKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const isEncrypted = pem.includes('ENCRYPTED');
    throw new ClipSamError(
      'input-invalid',
      isEncrypted
        ? `The key in ${path} is encrypted with a password. Name one without; its file is protected by its permissions.`
        : `There is no private key in PEM in ${path}.`,
      { cause },
    );
  }
}

function warningsOfTime({ validFromDate, validToDate }: X509Certificate, now: number): string[] {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (now > validToDate.getTime())
    return [`The certificate ended on ${day(validToDate)}: browsers warn of it. Renew it.`];
  if (now < validFromDate.getTime())
    return [`The certificate is valid only from ${day(validFromDate)} on. Is this machine's clock right?`];
  if (validToDate.getTime() - now < WARN_DAYS * DAY)
    return [`The certificate ends on ${day(validToDate)}. Renew it; it is read again when the file changes.`];
  return [];
}

async function warningsOfMode(path: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const { mode } = await stat(path);
  return (mode & 0o007) === 0
    ? []
    : [`Everybody on this machine may read the key in ${path}. Close it: chmod o= ${path}`];
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:^|, )(?:DNS|IP Address):([^,"]+)/g)].map(([, name]) =>
    name!.trim().toLowerCase(),
  );
}
