import { type Command, InvalidArgumentError } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';

/** Where `serve` listens, as it was written. */
export interface ListenOptions {
  readonly listen?: Address;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly hostName?: readonly string[];
  readonly importRoot?: readonly string[];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** To a network, or (undefined) to this machine alone. */
export interface Listening extends Address {
  readonly tls: { readonly cert: string; readonly key: string };
  readonly hostNames: readonly string[];
  readonly importRoots: readonly string[];
}

export function withListenOptions(command: Command): Command {
  return command
    .option(
      '--listen <host:port>',
      'serve to a network, such as 0.0.0.0:8443: only with TLS, and only to people who sign in',
      address,
    )
    .option('--tls-cert <file>', 'certificate for --listen, with its chain (PEM); read again when it changes')
    .option('--tls-key <file>', "the certificate's private key (PEM, without a password)")
    .option(
      '--host-name <name>',
      'a name that browsers reach this machine by, besides those in the certificate; repeat it for more',
      (name: string, names: readonly string[] = []) => [...names, hostName(name)],
    )
    .option(
      '--import-root <folder>',
      'a folder that people who sign in may import from and export to, with all below it; repeat it for more',
      (folder: string, folders: readonly string[] = []) => [...folders, folder],
    );
}

/**
 * @returns undefined: this machine alone
 * @throws ClipSamError `input-invalid` where it would leave this machine without TLS, or an option lacks its other half
 */
export function listeningOf({
  listen,
  tlsCert,
  tlsKey,
  hostName,
  importRoot,
}: ListenOptions): Listening | undefined {
  if (!listen) {
    if ([tlsCert, tlsKey, hostName, importRoot].every((option) => option === undefined)) return undefined;
    throw new ClipSamError('input-invalid', 'Say where to listen as well: --listen 0.0.0.0:8443');
  }
  if (tlsCert === undefined || tlsKey === undefined) {
    const example = `--listen ${listen.host}:${listen.port} --tls-cert cert.pem --tls-key key.pem`;
    throw new ClipSamError(
      'input-invalid',
      `Beyond this machine the workstation is served over TLS only: names, PINs and pictures would be open to the network. ` +
        `Get a certificate for this machine's name, and start with ${example}`,
    );
  }
  return {
    ...listen,
    tls: { cert: tlsCert, key: tlsKey },
    hostNames: hostName ?? [],
    importRoots: importRoot ?? [],
  };
}

function address(text: string): Address {
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65535) {
    throw new InvalidArgumentError(
      'Write an address and a port: 0.0.0.0:8443, [::]:8443 or 192.168.1.5:8443.',
    );
  }
  return { host, port };
}

function hostName(text: string): string {
  if (/^(?:\*\.)?[\w.-]+(?::\d{1,5})?$|^\[?[\da-fA-F:.]+\]?$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Write a name or an address alone, such as gpu-box.plant.example.');
}
