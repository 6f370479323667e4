import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GridShape, type TokenHeader, tokenHeaderSchema } from '../../src-shared/token-header.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import type { ImageTokens, TokenGrid } from '../pipeline/image-tokens.ts';
import { dequantiseMap, quantiseMap } from '../pipeline/map-codec.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import { ORT_VERSION } from './ort.ts';

// A token file: four letters, the header's length (32 bits, little endian), the header (JSON), then the values of all
// grids (16-bit floating point) and of the language map (16-bit whole numbers), little endian.

const MAGIC = 'CSTF';
const START = 8;

/** What a token file tells of its image. */
export type TokenFacts = Omit<TokenHeader, 'version' | 'ortVersion' | 'views' | 'language' | 'sha256'>;

/** Tokens of one image, and what they were made of. */
export interface TokenFile extends TokenFacts {
  /** The picture as it lies, or aligned, then turned and mirrored ones. */
  readonly views: readonly ImageTokens[];
  /** Language's own map of the picture as it lies. */
  readonly language: ScoreMap;
}

/** Where the tokens of a picture lie: all that decides them is in the name. */
export function tokenFilePath(
  folder: string,
  decides: {
    readonly key: string;
    readonly packHash: string;
    readonly object: string;
    readonly prompts: unknown;
    /** What made the language map; absent: the pack's own head. */
    readonly method?: string;
    /** Where the method heeds them. */
    readonly regions?: unknown;
    readonly rotations: boolean;
    /** Of the picture that the part was turned like; null: it was not. */
    readonly template: string | null;
  },
): string {
  // Where parts were found by colours alone, some were not aligned that are now.
  const outlined = decides.template !== null && { outlined: 1 };
  const name = hashOfJson({ version: 1, ortVersion: ORT_VERSION, ...decides, ...outlined });
  return join(folder, `${name}.tokens`);
}

/** Writes a whole file or nothing. @throws ClipSamError `disk-full`, `path-denied` */
export async function writeTokenFile(path: string, file: TokenFile): Promise<void> {
  const { views, language, ...facts } = file;
  const values = [
    ...views.flatMap(({ half, fine }) => [...half, ...fine].map(({ data }) => bytesOf(data))),
    bytesOf(quantiseMap(language)),
  ];
  const body = Buffer.concat(values);
  const shapes = (grids: readonly TokenGrid[]) =>
    grids.map(({ stage, width, height, channels }) => ({ stage, width, height, channels }));
  const header: TokenHeader = {
    version: 1,
    ...facts,
    ortVersion: ORT_VERSION,
    views: views.map(({ half, fine }) => ({ half: shapes(half), fine: shapes(fine) })),
    language: { width: language.width, height: language.height },
    sha256: sha256(body),
  };
  const text = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(START);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(text.length, 4);
  await writeFileAtomically(path, Buffer.concat([start, text, body]));
}

/**
 * Reads a token file.
 * @returns undefined when there is none, when it is damaged, or when another pack or ONNX Runtime made it: it can be
 *   made again
 */
export async function readTokenFile(path: string, packHash: string): Promise<TokenFile | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  const header = bytes && headerOf(bytes);
  if (!header || header.packHash !== packHash || header.ortVersion !== ORT_VERSION) return undefined;
  const { version: _, ortVersion: _runtime, sha256: hash, views, language, ...facts } = header;
  const body = bytes.subarray(START + bytes.readUInt32LE(4));
  const cells = language.width * language.height;
  const tokens = views.flatMap(({ half, fine }) => [...half, ...fine]);
  const length = tokens.reduce((sum, { width, height, channels }) => sum + width * height * channels, cells);
  if (body.length !== 2 * length || sha256(body) !== hash) return undefined;
  // Copied, because a pooled Buffer need not start at an even address.
  const values = new Uint16Array(length);
  bytesOf(values).set(body);
  let at = 0;
  const take = (count: number) => {
    at += count;
    return values.subarray(at - count, at);
  };
  const grid = (shape: GridShape): TokenGrid => {
    const { buffer, byteOffset } = take(shape.width * shape.height * shape.channels);
    const data = new Float16Array(buffer, byteOffset, shape.width * shape.height * shape.channels);
    return { ...shape, data };
  };
  const read = views.map(({ half, fine }) => ({ half: half.map(grid), fine: fine.map(grid) }));
  return { ...facts, views: read, language: dequantiseMap(take(cells), language.width, language.height) };
}

function headerOf(bytes: Buffer): TokenHeader | undefined {
  if (bytes.length < START || bytes.toString('latin1', 0, 4) !== MAGIC) return undefined;
  try {
    return tokenHeaderSchema.parse(JSON.parse(bytes.toString('utf8', START, START + bytes.readUInt32LE(4))));
  } catch {
    return undefined;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array | Float16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
