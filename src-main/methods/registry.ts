import type { MethodLack, MethodName } from '../../src-shared/method.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { aprilGan } from './april-gan.ts';
import type { MapMethod } from './method.ts';
import { saa, saaPlus } from './saa.ts';
import { samBoxesOnly } from './sam-boxes-only.ts';
import { sdp, sdpPlus } from './sdp.ts';
import { similarity } from './similarity.ts';
import { umciHead, umciWithout } from './umci-head.ts';
import { winclip } from './winclip.ts';

const MAP_METHODS: Readonly<Record<MethodName, MapMethod>> = {
  clipsam: umciHead,
  'umci-no-strip': umciWithout('strip'),
  'umci-no-scale': umciWithout('scale'),
  similarity,
  winclip,
  'april-gan': aprilGan,
  sdp,
  'sdp-plus': sdpPlus,
  saa,
  'saa-plus': saaPlus,
  'sam-boxes-only': samBoxesOnly,
};

/** The way to a coarse map that has this name. */
export function mapMethod(name: MethodName): MapMethod {
  return MAP_METHODS[name];
}

/** Why a pack can't run a method; undefined: it can. */
export function lackOf(name: MethodName, pack: Pack): MethodLack | undefined {
  return MAP_METHODS[name].lack(pack);
}

/** Numbers that were trained for a method on a pack, beside the frozen towers. */
export function trainedParameters(name: MethodName, pack: Pack): number {
  return MAP_METHODS[name].trainedParameters(pack);
}
