import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import type { Company } from '../../../src-shared/report.ts';
import { thumbnail } from '../../codec/image-codec.ts';
import { changeSetting, getSetting } from '../../store/settings.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Longest side of a logo in pixels: sharp on paper at 40 mm. */
const LOGO = 800;
const MAX_PIXELS = 50_000_000;

/** Who issues reports in this workspace. */
export function companyOf(workspace: Workspace): Promise<Company> {
  return getSetting(workspace, 'company');
}

/**
 * Changes who issues reports, from the next one on. The logo is kept as a JPEG of its own among the artifacts, since
 * reports that were made with it need it to be made again.
 * @param company.logo content of a picture file; null: none; undefined: as it was
 * @throws ClipSamError `input-invalid` when it is no picture that can be read; `disk-full`, `path-denied`
 */
export async function changeCompany(
  workspace: Workspace,
  company: Omit<Company, 'logo'> & { readonly logo?: Uint8Array | null | undefined },
  inspector: string,
): Promise<Company> {
  const { name, address, logo } = company;
  const kept =
    logo === undefined ? (await companyOf(workspace)).logo : logo && (await keepLogo(workspace, logo));
  await changeSetting(workspace, 'company', { name, address, logo: kept }, inspector);
  return companyOf(workspace);
}

async function keepLogo(workspace: Workspace, content: Uint8Array): Promise<string> {
  try {
    return await workspace.artifacts.keep(await thumbnail(content, LOGO, { maxPixels: MAX_PIXELS }));
  } catch (error) {
    if (!(error instanceof ClipSamError) || !error.code.startsWith('image-')) throw error;
    throw failure(
      'logo-unreadable',
      'The logo is not a picture that can be read. Choose a PNG or JPEG file.',
      error,
    );
  }
}
