import { useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { type Product, productFromKey, productKey, productSchema } from '../../src-shared/product.ts';

/** The screens' addresses behind the `#`. */
export const ROUTES = {
  batches: '/batches',
  review: '/review/:batchId/:imageId?/:otherRunId?',
  whatIf: '/what-if/:batchId?',
  models: '/models',
  references: '/references/:product?',
  dashboard: '/dashboard/:view?',
  reports: '/reports/:what?/:batchId?/:runId?/:imageId?',
  audit: '/audit',
  lots: '/lots/:lotId?/:again?',
  study: '/studies/:studyId',
  studyResults: '/studies/:studyId/results',
} as const;

/** The address of a screen, filled in. */
export const routeTo = {
  batches: () => '/batches',
  /** @param otherRunId the run that the one under review is compared with */
  review: (batchId: number, imageId?: number, otherRunId?: number | null) =>
    `/review/${[batchId, imageId, imageId === undefined ? null : otherRunId].filter((part) => part != null).join('/')}`,
  whatIf: (batchId?: number) => (batchId === undefined ? '/what-if' : `/what-if/${batchId}`),
  models: () => '/models',
  references: (product?: Product) =>
    product === undefined ? '/references' : `/references/${encodeURIComponent(productKey(product))}`,
  /** @param view what it shows, as the dashboard writes it; empty: everything */
  dashboard: (view = '') => (view === '' ? '/dashboard' : `/dashboard/${view}`),
  reports: (reportId?: number) => (reportId === undefined ? '/reports' : `/reports/${reportId}`),
  /** A new report: of a run, or of one of its nonconforming images. */
  newReport: (of?: { readonly batchId: number; readonly runId: number; readonly imageId?: number }) =>
    `/reports/new${of ? `/${of.batchId}/${of.runId}${of.imageId === undefined ? '' : `/${of.imageId}`}` : ''}`,
  audit: () => '/audit',
  /** @param again of `new`: the rejected lot that it inspects again */
  lots: (lot?: number | 'new', again?: number) =>
    `/lots${lot === undefined ? '' : `/${lot}`}${again === undefined ? '' : `/${again}`}`,
  study: (studyId: number) => `/studies/${studyId}`,
  studyResults: (studyId: number) => `/studies/${studyId}/results`,
};

/** The product of a {@link routeTo}.references address; null where it names none. */
export function productInAddress(part: string | undefined): Product | null {
  if (part === undefined) return null;
  try {
    const parsed = productSchema.safeParse(productFromKey(decodeURIComponent(part)));
    return parsed.success ? parsed.data : null;
  } catch {
    // Somebody wrote the address by hand.
    return null;
  }
}

export { useHashLocation };

/** Whether the window's address is this one or lies below it, also while the screen of the last one is still there. */
export function isAt(route: string): boolean {
  return location.hash === `#${route}` || location.hash.startsWith(`#${route}/`);
}

/** Goes to a screen; `replace` leaves no trace in the history. */
export function useGo(): (to: string, options?: { readonly replace?: boolean }) => void {
  return useLocation()[1];
}
