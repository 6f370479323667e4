import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exportReport } from '../../src-main/reports/export-report.ts';
import { reportFixture, verdict } from './report-fixture.ts';

// OPC 40100-1 (Machine Vision, part 1, release 1.00), written from its tables: TrimmedString (12.2), ProcessingTimes (table
// 140), BinaryIdBaseDataType (table 144), ResultDataType (table 150), ResultStateDataType (table 153); JSON encoding of
// values from OPC 10000-6, 5.4.2. Fields that a table calls optional may be absent; others than these may not be there.
const trimmed = z.string().refine((text) => text.trim() === text);
const utcTime = z.iso.datetime();
const localizedText = z.strictObject({ Locale: z.string().optional(), Text: z.string() });
const binaryId = z.strictObject({
  id: trimmed,
  version: trimmed.optional(),
  hash: z.base64().optional(),
  hashAlgorithm: z.string().optional(),
  description: localizedText.optional(),
});
const plainId = z.strictObject({ id: trimmed });
const describedId = plainId.extend({ description: localizedText.optional() });
const resultDataType = z.strictObject({
  resultId: plainId,
  hasTransferableDataOnFile: z.boolean().optional(),
  isPartial: z.boolean(),
  isSimulated: z.boolean().optional(),
  resultState: z.int32().max(4),
  measId: describedId.optional(),
  partId: describedId.optional(),
  externalRecipeId: binaryId.optional(),
  internalRecipeId: binaryId,
  productId: describedId.optional(),
  externalConfigurationId: binaryId.optional(),
  internalConfigurationId: binaryId,
  jobId: plainId,
  creationTime: utcTime,
  processingTimes: z
    .strictObject({
      startTime: utcTime,
      endTime: utcTime,
      acquisitionDuration: z.number().optional(),
      processingDuration: z.number().optional(),
    })
    .optional(),
  resultContent: z.array(z.record(z.string(), z.unknown())).optional(),
});

test('every record has the fields of ResultDataType and no others', async () => {
  const { out, done, failed, report } = await reportFixture();
  const images = [
    done(' a/1.png ', { resultId: 'ws/1/7', verdict: verdict({ verdict: 'reject' }) }),
    { ...failed('2.png', 'no'), resultId: 'ws/1/8' },
  ];
  const [file] = await exportReport(report(images), ['opc'], out);
  expect(file!.path.endsWith('opc-40100-1.json')).toBe(true);
  const records = z.array(resultDataType).parse(JSON.parse(await readFile(file!.path, 'utf8')));
  expect(records).toMatchObject([
    {
      resultId: { id: 'ws/1/7' },
      isPartial: false,
      isSimulated: false,
      resultState: 1,
      partId: { id: 'a/1.png' },
      productId: { id: 'PN-1' },
      jobId: { id: 'ws/1' },
      internalRecipeId: {
        id: 'Default',
        version: '3',
        // 32 bytes 0xbb.
        hash: 'u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7s=',
        hashAlgorithm: 'SHA-256',
      },
      creationTime: '2024-05-01T09:30:00.000Z',
      processingTimes: { startTime: '2024-05-01T09:29:59.972Z', processingDuration: 28 },
      resultContent: [{ key: '%20a%2F1.png%20', score: 0.9, humanVerdict: { verdict: 'reject' } }],
    },
    { resultState: 4, resultContent: [{ error: { code: 'image-unreadable', message: 'no' } }] },
  ]);
  // When work on an image that failed began is not known.
  expect(records[1]).not.toHaveProperty('processingTimes');
});
