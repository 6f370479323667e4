import { failure } from '../../../src-shared/errors.ts';
import { listPacks, type PackListing, type PackRoots } from '../../inference/pack-loader.ts';

/** A pack by its reference, or by its id where one version of it is there. @throws ClipSamError `pack-not-found` */
export async function findInstalled(id: string, roots: PackRoots): Promise<PackListing> {
  const packs = await listPacks(roots);
  const exact = packs.find((pack) => pack.id === id);
  if (exact) return exact;
  const versions = packs.filter((pack) => pack.id.startsWith(`${id}@`));
  const [only, other] = versions;
  if (only && !other) return only;
  const there = versions.map((pack) => pack.id).join(', ');
  throw other
    ? failure(
        'pack-versions',
        { pack: id },
        `There are several versions of "${id}". Name one of them: ${there}.`,
      )
    : failure('pack-unknown', { pack: id }, `There is no model pack "${id}".`);
}
