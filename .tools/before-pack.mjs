// Hook of electron-builder, before it packs: what the package holds besides the built program.
import { join } from 'node:path';
import { hashUnpacked } from './hash-unpacked.mjs';
import { writeNotices } from './third-party-notices.mjs';

/** @param {import('app-builder-lib').BeforePackContext} context */
export default async function beforePack({ packager }) {
  await hashUnpacked(packager);
  await writeNotices(packager.projectDir, join(packager.projectDir, 'out', 'third-party-notices.txt'));
}
