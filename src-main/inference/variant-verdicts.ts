import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { RunningDevice } from '../../src-shared/device.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { ORT_VERSION } from './ort.ts';

/** What a trial of a file in another precision came to. */
export interface VariantVerdict {
  readonly agrees: boolean;
  /** How far it lies from 32 bits, or why it can't be told. */
  readonly reason: string;
}

/** What a verdict is about. */
export interface VariantTrial {
  readonly device: RunningDevice;
  /** SHA-256 of the variant's files, and of those that it was compared with. */
  readonly hashes: readonly string[];
  /** What else than whether it agrees with 32 bits. */
  readonly question?: string;
}

/** SHA-256 of a pack's file and of those that hold its values. */
export function fileHashes({ files }: Pack, key: string): string[] {
  const { sha256, external = [] } = files[key]!;
  return [sha256, ...external.map((entry) => files[entry.file]!.sha256)];
}

/** Changed when trials are made in another way: earlier verdicts then count for nothing. */
const METHOD = 1;

/**
 * Verdicts of trials that were made on this machine: comparing with 32 bits on the CPU takes minutes for a full-size
 * model, and comes out the same until the runtime, the device or a file is another.
 */
export class VariantVerdicts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined when there was no trial, or what was kept of it can't be read. */
  async get(trial: VariantTrial): Promise<VariantVerdict | undefined> {
    try {
      const { agrees, reason } = parseJson(await readFile(this.#pathOf(trial), 'utf8')) as VariantVerdict;
      return typeof agrees === 'boolean' && typeof reason === 'string' ? { agrees, reason } : undefined;
    } catch {
      return undefined;
    }
  }

  /** A disk that can't be written costs the next start another trial. */
  async put(trial: VariantTrial, verdict: VariantVerdict): Promise<void> {
    await writeFileAtomically(this.#pathOf(trial), JSON.stringify(verdict)).catch(() => {});
  }

  #pathOf(trial: VariantTrial): string {
    const machine = [process.platform, process.arch, cpus()[0]?.model ?? ''];
    return join(this.#folder, `${hashOfJson({ METHOD, ort: ORT_VERSION, machine, ...trial })}.json`);
  }
}
