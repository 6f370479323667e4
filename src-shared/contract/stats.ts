import { z } from 'zod';
import { asDownload, madeDownload } from '../download.ts';
import { csvStyleSchema, PLAIN_CSV } from '../export-formats.ts';
import { dashboardSchema } from '../statistics/dashboard.ts';
import { statsFilterSchema, subgroupSchema } from '../statistics/stats-filter.ts';
import { galleryPlaceSchema, statsCellSchema, statsGallerySchema } from '../statistics/stats-gallery.ts';
import { base } from './base.ts';

const shown = { filter: statsFilterSchema.default({}), by: subgroupSchema.default('lot') };

/** Verdict counts, trends and comparisons over many batches. */
export const stats = {
  dashboard: base.input(z.object(shown)).output(dashboardSchema),
  gallery: base
    .input(
      z.object({
        filter: statsFilterSchema.default({}),
        cell: statsCellSchema,
        after: galleryPlaceSchema.nullable().default(null),
        limit: z.int().min(1).max(500).default(100),
      }),
    )
    .output(statsGallerySchema),
  /** The tables into a new folder in the workspace's `exports`. */
  export: base
    .input(
      z.object({
        ...shown,
        formats: z.array(z.enum(['csv', 'json'])).min(1),
        csv: csvStyleSchema.default(PLAIN_CSV),
        ...asDownload,
      }),
    )
    .output(z.object({ folder: z.string(), files: z.array(z.string()), ...madeDownload })),
};
