/** What a run can be exported as. */
export const EXPORT_FORMATS = ['csv', 'json', 'coco', 'masks', 'html'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
