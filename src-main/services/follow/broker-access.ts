import { readFile } from 'node:fs/promises';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { schemaIssues } from '../../../src-shared/schema-issues.ts';
import { type BrokerSettings, brokerSettingsSchema } from '../../../src-shared/station-messages.ts';
import { toReadError } from '../../files/read-error.ts';
import type { BrokerOptions } from '../../mqtt/broker.ts';

/** Where a broker is, and what lets the station in. */
export type BrokerAccess = Pick<BrokerOptions, 'url' | 'user' | 'password' | 'ca' | 'cert' | 'key'>;

/** The environment variable with the broker's password. */
const PASSWORD = 'CLIPSAM_MQTT_PASSWORD';

/** @throws ClipSamError `input-invalid` for settings that are no such */
export function parseBrokerSettings(settings: unknown): BrokerSettings {
  const parsed = brokerSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new ClipSamError(
    'input-invalid',
    `The broker's settings are not valid: ${schemaIssues(parsed.error)}.`,
  );
}

/**
 * What the files say that settings name, and the password: from its file, else from the environment.
 * @throws ClipSamError `image-not-found`, `image-unreadable` for a file that cannot be read; `input-invalid` for a
 *   password without a user
 */
export async function brokerAccess(settings: BrokerSettings): Promise<BrokerAccess> {
  const { url, user, passwordFile, caFile, certFile, keyFile } = settings;
  const secret = await contentOf(passwordFile);
  const password = secret?.toString('utf8').replace(/\r?\n$/, '') ?? process.env[PASSWORD];
  if (password !== undefined && user === undefined) {
    throw new ClipSamError('input-invalid', 'There is a password for the broker and no user. Say both.');
  }
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(contentOf));
  return { url, user, password, ca, cert, key };
}

async function contentOf(file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (cause) {
    throw toReadError(cause, file);
  }
}
