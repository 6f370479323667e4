import { readFile, stat } from 'node:fs/promises';
import { HEAD_BYTES, mayBeDeep, openKinds } from '../../codec/deep-head.ts';
import { mayHavePages, PAGE_HEAD_BYTES, picturePages } from '../../codec/picture-pages.ts';
import { readFileHead } from '../../files/file-head.ts';
import { SMALL_FILE, sha256, sha256InBackground, sha256OfFile } from '../../files/hash.ts';
import { Limiter } from '../../files/limiter.ts';
import type { NewFile } from '../../store/images.ts';

/** Files with pages that are larger are looked at one at a time. */
const LARGE_FILE = 64 << 20;
const large = new Limiter<NewFile>(1);
/** Larger ones cannot be had in one piece (Node.js): they count as one picture. */
const LARGEST_FILE = 2 ** 31 - 1;

/**
 * What an import writes down about a file: hash, size and, where there are several, its pictures. Files that cannot have
 * more than one are not looked into. Never throws: a file that cannot be read, or whose pictures cannot be told apart,
 * fails when it is inspected.
 */
export async function describeFile(path: string): Promise<NewFile> {
  try {
    const stats = await stat(path);
    // Reading a pipe or a device would wait for ever.
    if (!stats.isFile()) return { path, contentHash: null, bytes: null };
    const bytes = stats.size;
    if (bytes <= SMALL_FILE) {
      const content = await readFile(path);
      return { path, contentHash: sha256(content), bytes, ...(await picturesOf(content, path)) };
    }
    const head = await readFileHead(path, Math.max(PAGE_HEAD_BYTES, HEAD_BYTES));
    if (bytes > LARGEST_FILE || !mayHavePages(head)) {
      const kinds = mayBeDeep(head) ? {} : { sampleKinds: ['none' as const] };
      return { path, contentHash: await sha256OfFile(path), bytes, ...kinds };
    }
    const describe = async (): Promise<NewFile> => {
      const content = await readFile(path);
      return {
        path,
        contentHash: await sha256InBackground(content),
        bytes,
        ...(await picturesOf(content, path)),
      };
    };
    return bytes > LARGE_FILE ? await large.run(path, describe) : await describe();
  } catch {
    return { path, contentHash: null, bytes: null };
  }
}

/** Pages, and what samples each of them has; without these where the file does not tell. */
async function picturesOf(
  content: Uint8Array,
  path: string,
): Promise<Required<Pick<NewFile, 'pages'>> & Pick<NewFile, 'sampleKinds'>> {
  const pages = await pagesOf(content, path);
  if (!mayBeDeep(content))
    return { pages, sampleKinds: pages.length > 0 ? pages.map(() => 'none') : ['none'] };
  const kinds = await openKinds(content, path).catch(() => undefined);
  if (!kinds) return { pages };
  const [only = 'none'] = kinds.values();
  return { pages, sampleKinds: pages.length > 0 ? pages.map((page) => kinds.get(page) ?? 'none') : [only] };
}

/** Pages with pictures to inspect; none where there are not several, or the file does not tell. */
async function pagesOf(content: Uint8Array, path: string): Promise<readonly number[]> {
  const pages = await picturePages(content, path).catch(() => []);
  return pages.length > 1 ? pages : [];
}
