import { expect, it } from 'vitest';
import { CLIPSAM } from '../../src-shared/method.ts';
import { methodTitle } from '../../src-shared/method-text.ts';

it('names a method, and SAM where it is not what the name says', () => {
  expect(methodTitle(CLIPSAM, 'en')).toBe('ClipSAM');
  expect(methodTitle({ name: 'clipsam', refine: false }, 'en')).toBe('ClipSAM, not refined with SAM');
  expect(methodTitle({ name: 'winclip', refine: false }, 'en')).toBe('WinCLIP');
  expect(methodTitle({ name: 'april-gan', refine: true }, 'en')).toBe('APRIL-GAN, refined with SAM');
  expect(methodTitle({ name: 'april-gan', refine: true }, 'zh-CN')).toBe('APRIL-GAN（经 SAM 细化）');
});
