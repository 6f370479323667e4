import type { Method, MethodName } from './method.ts';

type MethodLanguage = 'en' | 'zh-CN';

const NAMES: Readonly<Record<MethodLanguage, Readonly<Record<MethodName, string>>>> = {
  en: {
    clipsam: 'ClipSAM',
    'umci-no-strip': 'UMCI without the strip path',
    'umci-no-scale': 'UMCI without the scale path',
    similarity: 'Similarity without UMCI',
    winclip: 'WinCLIP',
    'april-gan': 'APRIL-GAN',
    sdp: 'SDP',
    'sdp-plus': 'SDP+',
    saa: 'SAA',
    'saa-plus': 'SAA+',
    'sam-boxes-only': 'SAM with boxes alone',
  },
  'zh-CN': {
    clipsam: 'ClipSAM',
    'umci-no-strip': 'UMCI（无条带路径）',
    'umci-no-scale': 'UMCI（无尺度路径）',
    similarity: '相似度（无 UMCI）',
    winclip: 'WinCLIP',
    'april-gan': 'APRIL-GAN',
    sdp: 'SDP',
    'sdp-plus': 'SDP+',
    saa: 'SAA',
    'saa-plus': 'SAA+',
    'sam-boxes-only': '仅用方框的 SAM',
  },
};

/** What a way to the coarse map is called. */
export function methodName(name: MethodName, language: MethodLanguage): string {
  return NAMES[language][name];
}

/** What a recipe's method is called: the name, and whether SAM refines the map where that is not usual. */
export function methodTitle({ name, refine }: Method, language: MethodLanguage): string {
  const title = methodName(name, language);
  if (refine === (name === 'clipsam')) return title;
  if (language === 'en') return refine ? `${title}, refined with SAM` : `${title}, not refined with SAM`;
  return refine ? `${title}（经 SAM 细化）` : `${title}（不经 SAM 细化）`;
}
