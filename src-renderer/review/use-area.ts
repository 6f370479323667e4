import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchMetadata } from '../../src-shared/batch.ts';
import type { AreaDraft, AreaRevision } from '../../src-shared/contract/areas.ts';
import type { ReviewImage } from '../../src-shared/contract/review.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { inspectedProduct, productKey } from '../../src-shared/product.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { MaskLevel } from '../../src-shared/result.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { showError } from '../ui/show-error.tsx';
import type { ShownArea } from '../viewer/area-shape.tsx';
import type { Size } from '../viewer/viewport.ts';
import { type AreaEdit, beginEdit, scaledPolygons, setAreaEdit, useAreaEdits } from './area-draft.ts';
import { showStatus } from './status-line.ts';
import type { AskedSam } from './use-sam.ts';

interface AreaContext {
  readonly batch: BatchMetadata;
  readonly recipe: Recipe;
  readonly runId: number | null;
  readonly image: ReviewImage | undefined;
}

/** Where to look in the images of the product on show: what is saved, what is being changed, and what is seen of it. */
export function useArea({ batch, recipe, runId, image }: AreaContext) {
  const { api } = useWorkstation();
  const { t } = useTranslation('review');
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const product = inspectedProduct(batch, recipe);
  const key = productKey(product);
  const edit = useAreaEdits(({ byProduct }) => byProduct[key]);
  const { data: saved } = useQuery(api.areas.get.queryOptions({ input: { product } }));
  const { mutate, isPending } = useMutation(
    api.areas.save.mutationOptions({
      onSuccess: () => {
        setAreaEdit(key, null);
        showStatus(t('area.saved'));
        return queries.invalidateQueries({ queryKey: api.areas.key() });
      },
      onError: showError,
    }),
  );
  const size = sizeOf(image);
  const change = (changed: (edit: AreaEdit) => AreaEdit) => {
    if (saved === undefined || size === null) return;
    setAreaEdit(key, changed(edit ?? beginEdit(saved, size)));
  };
  const shown = useMemo(() => shownArea(image, runId, saved ?? null, edit), [image, runId, saved, edit]);
  return {
    saved: saved ?? null,
    edit: edit ?? null,
    saving: isPending,
    shown,
    add: (kind: 'include' | 'ignore', drawn: readonly Polygon[]) =>
      change((old) => ({ ...old, [kind]: [...old[kind], ...scaledPolygons(drawn, size!, old)] })),
    remove: (kind: 'include' | 'ignore', index: number) =>
      change((old) => ({ ...old, [kind]: old[kind].filter((_, i) => i !== index) })),
    takePart: (asked: AskedSam) => {
      const part = partOf(asked, runId, image?.image.id);
      if (part) change((old) => ({ ...old, part }));
    },
    removePart: () => change((old) => ({ ...old, part: null })),
    save: () => edit && mutate({ product, after: edit.after, draft: draftOf(edit), inspector }),
    discard: () => setAreaEdit(key, null),
  };
}
export type AreaTools = ReturnType<typeof useArea>;

/** True when SAM was asked with one point on the object and nothing else: that can be asked again in other images. */
export function isOneClick({ prompts: { box, points } }: Pick<AskedSam, 'prompts'>): boolean {
  return box === null && points.length === 1 && points[0]!.label === 1;
}

function partOf(asked: AskedSam, runId: number | null, imageId: number | undefined) {
  const level: MaskLevel | undefined = asked.levels.find((one) => one.level === asked.chosen);
  if (!level || runId === null || imageId === undefined || !isOneClick(asked)) return null;
  const { x, y } = asked.prompts.points[0]!;
  return { runId, imageId, point: { x, y }, level: level.level, polygons: level.polygons };
}

function draftOf({ after: _after, part, ...drawn }: AreaEdit): AreaDraft {
  if (part === null || part === 'kept') return { ...drawn, part };
  const { polygons: _polygons, ...clicked } = part;
  return { ...drawn, part: clicked };
}

function sizeOf(image: ReviewImage | undefined): Size | null {
  const { width, height } = image?.outcome.status === 'done' ? image.outcome.result : (image?.image ?? {});
  return width && height ? { width, height } : null;
}

/** What is to be looked at next, where that is not what the result on show was looked at; else that. */
function shownArea(
  image: ReviewImage | undefined,
  runId: number | null,
  saved: AreaRevision | null,
  edit: AreaEdit | undefined,
): ShownArea | null {
  const size = sizeOf(image);
  const result = image?.outcome.status === 'done' ? image.outcome.result : null;
  if (size === null) return null;
  const isNext = edit !== undefined || (result?.area?.hash ?? null) !== (saved?.hash ?? null);
  const planned = edit ?? saved?.area;
  if (!isNext)
    return result?.area ? { kind: 'looked-at', include: result.area.outline, ignore: [], part: null } : null;
  if (!planned) return null;
  const click = edit?.part && edit.part !== 'kept' ? edit.part : null;
  const isHere = click !== null && click.runId === runId && click.imageId === image?.image.id;
  return {
    kind: 'planned',
    include: scaledPolygons(planned.include, planned, size),
    ignore: scaledPolygons(planned.ignore, planned, size),
    part: isHere ? click.polygons : null,
  };
}
