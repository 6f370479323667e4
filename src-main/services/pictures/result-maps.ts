import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import type { ArtifactRef } from '../../../src-shared/result.ts';
import { decodeGrey16 } from '../../codec/image-codec.ts';
import type { ArtifactStore } from '../../files/artifact-store.ts';
import type { QuantisedMap } from '../../pipeline/region-profile.ts';

/**
 * Reads a result's map from the artifacts.
 * @throws ClipSamError `image-not-found` when the file is gone, `path-denied` when a link leads out of the folder,
 *   `image-unreadable`
 */
export async function readStoredMap(artifacts: ArtifactStore, ref: ArtifactRef): Promise<QuantisedMap> {
  const path = artifacts.pathOf(ref);
  let bytes: Uint8Array;
  try {
    const file = await realpath(path);
    const inside = relative(await realpath(artifacts.root), file);
    if (inside.startsWith('..') || isAbsolute(inside)) {
      throw new ClipSamError('path-denied', 'An artifact of the workspace leads out of it.');
    }
    bytes = await readFile(file);
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    throw failure(
      'map-lost',
      { file: `${ref.sha256}.png` },
      `The workspace has lost a map (${ref.sha256}.png in its artifacts). Put back a copy, or inspect the image again.`,
      cause,
    );
  }
  return decodeGrey16(bytes);
}
