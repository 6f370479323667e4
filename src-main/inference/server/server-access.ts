import { readFile } from 'node:fs/promises';
import { failure } from '../../../src-shared/errors.ts';
import type { ServerAddress } from '../../../src-shared/model-servers.ts';

/** Where the secrets for servers are: the token itself, or files. It goes to the inference process, and nowhere else. */
export interface ServerAccessPlaces {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  /** PEM: whom to trust instead of the certificate authorities that Node knows. */
  readonly authorities?: string | undefined;
  /** PEM: the client's certificate and its key. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** The places that the environment names. */
export function serverAccessPlaces(env: NodeJS.ProcessEnv): ServerAccessPlaces {
  const { CLIPSAM_SERVER_TOKEN, CLIPSAM_SERVER_TOKEN_FILE, CLIPSAM_SERVER_CA } = env;
  const { CLIPSAM_SERVER_CERT, CLIPSAM_SERVER_KEY } = env;
  return {
    token: CLIPSAM_SERVER_TOKEN || undefined,
    tokenFile: CLIPSAM_SERVER_TOKEN_FILE || undefined,
    authorities: CLIPSAM_SERVER_CA || undefined,
    certificate: CLIPSAM_SERVER_CERT || undefined,
    key: CLIPSAM_SERVER_KEY || undefined,
  };
}

/** What opens the door to servers. Only {@link safeText} of what they say may be told. */
export interface ServerAccess {
  readonly token: string | undefined;
  readonly authorities: Buffer | undefined;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/** @throws ClipSamError `device-unavailable` when a file can't be read, or of certificate and key one is missing */
export async function readServerAccess(places: ServerAccessPlaces): Promise<ServerAccess> {
  const { certificate, key } = places;
  if ((certificate === undefined) !== (key === undefined)) {
    throw failure(
      'model-server-access',
      { file: certificate ?? key ?? '' },
      'A client certificate takes both CLIPSAM_SERVER_CERT and CLIPSAM_SERVER_KEY: one of the two is missing.',
    );
  }
  const tokenText = places.token ?? (await read(places.tokenFile))?.toString('utf8');
  return {
    token: tokenText?.trim() || undefined,
    authorities: await read(places.authorities),
    certificate: await read(certificate),
    key: await read(key),
  };
}

async function read(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw failure(
      'model-server-access',
      { file: path },
      `${path}, named for signing in to inference servers, can't be read. Correct CLIPSAM_SERVER_TOKEN_FILE, CLIPSAM_SERVER_CA, CLIPSAM_SERVER_CERT and CLIPSAM_SERVER_KEY.`,
      cause,
    );
  }
}

/** Whether what is said there can be heard by others on the line. */
export function isEncrypted({ scheme }: ServerAddress): boolean {
  return scheme === 'grpcs' || scheme === 'https';
}

/** The token for an address: it goes over no line that others can listen to. */
export function tokenFor(address: ServerAddress, { token }: ServerAccess): string | undefined {
  return isEncrypted(address) ? token : undefined;
}

/** What a server says, cut to a line's length, the token taken out where it repeats it. */
export function safeText(text: string, { token }: ServerAccess): string {
  const plain = token ? text.replaceAll(token, '***') : text;
  return plain.replace(/\s+/g, ' ').trim().slice(0, 300);
}
