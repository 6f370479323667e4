import type { Prompts } from './recipe.ts';

const photo = [
  'a bad photo of a {}.',
  'a bad photo of the {}.',
  'a low resolution photo of a {}.',
  'a low resolution photo of the {}.',
  'a cropped photo of a {}.',
  'a cropped photo of the {}.',
  'a bright photo of a {}.',
  'a bright photo of the {}.',
  'a dark photo of a {}.',
  'a dark photo of the {}.',
  'a black and white photo of a {}.',
  'a black and white photo of the {}.',
  'a jpeg corrupted photo of a {}.',
  'a jpeg corrupted photo of the {}.',
  'a blurry photo of a {}.',
  'a blurry photo of the {}.',
  'a good photo of a {}.',
  'a good photo of the {}.',
  'a close-up photo of a {}.',
  'a close-up photo of the {}.',
  'a photo of a large {}.',
  'a photo of the large {}.',
  'a photo of a small {}.',
  'a photo of the small {}.',
  'a photo of a cool {}.',
  'a photo of the cool {}.',
  'a photo of a {}.',
  'a photo of the {}.',
  'a photo of one {}.',
  'a photo of my {}.',
];

const scene = [
  'there is a {} in the scene.',
  'there is the {} in the scene.',
  'this is a {} in the scene.',
  'this is the {} in the scene.',
  'this is one {} in the scene.',
];

/** The prompt ensemble of APRIL-GAN, which ClipSAM follows: 7 normal and 5 abnormal states, 35 templates. */
export const DEFAULT_PROMPTS: Prompts = {
  normal: [
    '{}',
    'flawless {}',
    'perfect {}',
    'unblemished {}',
    '{} without flaw',
    '{} without defect',
    '{} without damage',
  ],
  abnormal: ['damaged {}', 'broken {}', '{} with flaw', '{} with defect', '{} with damage'],
  templates: [...photo, ...scene],
};
