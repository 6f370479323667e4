import type { Subgroup } from '../../src-shared/statistics/stats-filter.ts';
import {
  type StatsFilter,
  statsFilterSchema,
  subgroupSchema,
} from '../../src-shared/statistics/stats-filter.ts';
import { type StatsCell, statsCellSchema } from '../../src-shared/statistics/stats-gallery.ts';

/** What the dashboard shows; all of it is in its address. */
export interface DashboardView {
  readonly filter: StatsFilter;
  /** Of the p-chart. */
  readonly by: Subgroup;
  /** Of the Pareto chart. */
  readonly order: 'count' | 'weighted';
  /** Whose images are shown; null: the figures. */
  readonly cell: StatsCell | null;
}

const FILTER_NAMES = ['partNumber', 'lot', 'recipe', 'inspector', 'batchId', 'from', 'to'] as const;

/** A view as a part of an address; empty for the one that everything begins with. */
export function viewAddress({ filter, by, order, cell }: DashboardView): string {
  const parts = new URLSearchParams();
  for (const name of FILTER_NAMES) {
    const value = filter[name];
    if (value !== undefined) parts.set(name, String(value));
  }
  if (by !== 'lot') parts.set('by', by);
  if (order !== 'count') parts.set('order', order);
  if (cell !== null) parts.set('images', typeof cell === 'string' ? cell : `${cell.human}.${cell.model}`);
  return parts.toString();
}

/**
 * The view of an address.
 * @param address as {@link viewAddress} wrote it, or somebody by hand
 * @returns `isUnderstood` false: what could not be read is left out
 */
export function viewOf(address: string): DashboardView & { readonly isUnderstood: boolean } {
  const parts = new URLSearchParams(address);
  const given: Record<string, unknown> = {};
  for (const name of FILTER_NAMES) {
    const value = parts.get(name);
    if (value !== null) given[name] = name === 'batchId' ? Number(value) : value;
  }
  const filter = statsFilterSchema.safeParse(given);
  const by = subgroupSchema.default('lot').safeParse(parts.get('by') ?? undefined);
  const images = parts.get('images');
  const [human, model] = images?.split('.') ?? [];
  const cell =
    images === null ? null : statsCellSchema.safeParse(model === undefined ? images : { human, model });
  return {
    filter: filter.success ? filter.data : {},
    by: by.success ? by.data : 'lot',
    order: parts.get('order') === 'weighted' ? 'weighted' : 'count',
    cell: cell?.success ? cell.data : null,
    isUnderstood: filter.success && by.success && cell?.success !== false,
  };
}
