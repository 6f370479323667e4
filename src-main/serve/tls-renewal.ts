import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Milliseconds between two looks at the files. */
const LOOK_EVERY = 30_000;

export interface TlsRenewal {
  /** Reads the files again; what can't be used leaves things as they are, and is said. */
  renew(): Promise<void>;
  close(): void;
}

/** Takes a new certificate as soon as its files change: connections that are open keep the one that they began with. */
export function keepTlsFresh(server: Server, files: TlsFiles, say: (line: string) => void): TlsRenewal {
  const renew = async () => {
    try {
      const { cert, key, warnings } = await readTlsFiles(files, Date.now());
      server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
      say(`The certificate was read again from ${files.cert}.`);
      for (const warning of warnings) say(warning);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(`The certificate's files have changed, and the one from before stays in use: ${why}`);
    }
  };
  const look: StatsListener = (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) void renew();
  };
  for (const path of [files.cert, files.key]) {
    watchFile(path, { persistent: false, interval: LOOK_EVERY }, look);
  }
  return {
    renew,
    close() {
      for (const path of [files.cert, files.key]) unwatchFile(path, look);
    },
  };
}
