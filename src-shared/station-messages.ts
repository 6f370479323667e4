import { z } from 'zod';
import { immutable } from './field-schemas.ts';

const text = z.string().max(200);

/**
 * What a line tells a station: part, lot and recipe of the images that come from now on; what is not named stays. A recipe
 * is one that the workspace has: its name, of which the newest revision is taken, or its hash.
 */
export const stationCommandSchema = immutable(
  z
    .strictObject({ part: text.optional(), lot: text.optional(), recipe: text.min(1).optional() })
    .refine((command) => Object.keys(command).length > 0, 'say part, lot or recipe'),
);

/** What a station says of itself, kept by the broker. */
export interface StationState {
  readonly station: string;
  /** `offline`: gone without a word, said by the broker. */
  readonly state: 'running' | 'stopped' | 'offline';
  /** Null: gone without a word. */
  readonly part: string | null;
  readonly lot: string | null;
  readonly recipe: { readonly name: string; readonly revision: number; readonly hash: string } | null;
  readonly batch: { readonly id: number; readonly name: string } | null;
  readonly softwareVersion: string;
}

/** What the user says about the broker of a station. Passwords stand in an environment variable or a file. */
export const brokerSettingsSchema = immutable(
  z.object({
    url: z
      .string()
      .max(500)
      .refine(isBrokerUrl, 'must be mqtt://host:port or mqtts://host:port, without user or password'),
    /** What topics begin with. */
    topic: text
      .min(1)
      .refine((topic) => !/[+#\0]|^\/|\/$|^\$/.test(topic), 'must be a topic without + and #'),
    station: text.min(1),
    user: text.optional(),
    /** Paths of files. */
    passwordFile: text.optional(),
    caFile: text.optional(),
    certFile: text.optional(),
    keyFile: text.optional(),
  }),
);
export type BrokerSettings = z.infer<typeof brokerSettingsSchema>;

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return ['mqtt:', 'mqtts:'].includes(protocol) && username === '' && password === '' && hostname !== '';
}
