import { z } from 'zod';
import { countSchema } from './field-schemas.ts';

const pageNumber = z.object({
  /** Which of the file's pictures it is, from 1. */
  number: countSchema.min(1),
  /** Pictures of the file. */
  count: countSchema.min(2),
});
export const pageNumberSchema = pageNumber.readonly();
export type PageNumber = z.infer<typeof pageNumberSchema>;

/** The picture of a file with several that an image of a batch is. */
export const imagePageSchema = pageNumber
  .extend({
    /** Page of the file, from 0: what readers ask for. Previews and masks have numbers of their own. */
    index: countSchema,
  })
  .readonly();
export type ImagePage = z.infer<typeof imagePageSchema>;

const TEXTS = {
  en: ({ number, count }: PageNumber) => `page ${number} of ${count}`,
  'zh-CN': ({ number, count }: PageNumber) => `第 ${number} / ${count} 页`,
} as const;

/** The name of an image: of its file, and which page of it: `stack.tif · page 2 of 3`. */
export function pageName(name: string, page: PageNumber | null, language: keyof typeof TEXTS = 'en'): string {
  return page ? `${name} · ${TEXTS[language](page)}` : name;
}
