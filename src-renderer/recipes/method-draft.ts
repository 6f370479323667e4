import { CLIPSAM, type Method, type MethodName } from '../../src-shared/method.ts';

export function toMethodDraft(method: Method | undefined): Method {
  return method ?? CLIPSAM;
}

/** What a recipe says of its method; undefined where it is what one without it means, so that its hash stays. */
export function fromMethodDraft({ name, refine }: Method): Method | undefined {
  return name === CLIPSAM.name && refine === CLIPSAM.refine ? undefined : { name, refine };
}

/** A method as it begins when it is chosen: as its authors describe it, ClipSAM alone with SAM behind it. */
export function chosenMethod(name: MethodName): Method {
  return { name, refine: name === CLIPSAM.name };
}
