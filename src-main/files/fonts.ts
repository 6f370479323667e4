import { fileURLToPath } from 'node:url';
import { unpackedPath } from './unpacked-path.ts';

const FILES = {
  regular: '400Regular/NotoSansSC_400Regular.ttf',
  bold: '700Bold/NotoSansSC_700Bold.ttf',
} as const;

export type FontWeight = keyof typeof FILES;

/** Family name of the font that documents and charts are written in: it has Latin and Chinese signs. */
export const FONT_FAMILY = 'Noto Sans SC';

/** Path of the file (TrueType) of that font. */
export function fontFile(weight: FontWeight): string {
  const url = import.meta.resolve(`@expo-google-fonts/noto-sans-sc/${FILES[weight]}`);
  return unpackedPath(fileURLToPath(url));
}
