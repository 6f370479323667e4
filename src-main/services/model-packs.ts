/** Model packs as far as users see them: which there are, and whether their files are whole. */
export { listPacks, type PackCheck, verifyPack } from '../inference/pack-loader.ts';
