/** The picture of a file with several that an image of a batch is. */
export interface ImagePage {
  /** Page of the file, from 0: what readers ask for. Previews and masks have numbers of their own. */
  readonly index: number;
  /** Which of the file's pictures it is, from 1. */
  readonly number: number;
  /** Pictures of the file. */
  readonly count: number;
}

const TEXTS = {
  en: ({ number, count }: PageNumber) => `page ${number} of ${count}`,
  'zh-CN': ({ number, count }: PageNumber) => `第 ${number} / ${count} 页`,
} as const;

export type PageNumber = Pick<ImagePage, 'number' | 'count'>;

/** The name of an image: of its file, and which page of it: `stack.tif · page 2 of 3`. */
export function pageName(name: string, page: PageNumber | null, language: keyof typeof TEXTS = 'en'): string {
  return page ? `${name} · ${TEXTS[language](page)}` : name;
}
