import type { Pack } from '../../src-shared/pack.ts';
import type { FeedTensor } from '../graph/umci-feeds.ts';
import type { MethodImage } from './method.ts';

/** What all heads are fed: `stage_0`… [h, w, C_i] and `text` [2, C_t]. */
export function stageFeeds({ stages, language }: MethodImage): Record<string, FeedTensor> {
  return {
    text: language,
    ...Object.fromEntries(stages.map((tokens, index) => [`stage_${index}`, tokens])),
  };
}

/** Channels of a pack's stages and of its text. */
export function stageShape({ vision, text }: Pack): {
  readonly stageWidths: readonly number[];
  readonly textWidth: number;
} {
  return { stageWidths: vision.stages.map(({ width }) => width), textWidth: text.width };
}
