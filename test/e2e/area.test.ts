import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeRgb } from '../../src-main/codec/image-codec.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';

describeInChromium('a region of interest', () => {
  const site = makeSite();

  it('is drawn, saved, and holds in the next run, where the rest of the image is dimmed; a part is clicked', async () => {
    const photos = join(site.folder, 'photos');
    await mkdir(photos);
    const [width, height] = [900, 600];
    const data = new Uint8Array(width * height * 3).fill(140);
    const blot = (left: number, top: number) => {
      for (let y = top; y < top + 40; y++) data.fill(10, 3 * (y * width + left), 3 * (y * width + left + 40));
    };
    blot(200, 250);
    blot(720, 250);
    await writeFile(join(photos, 'plate.png'), await encodeRgb({ width, height, data }, { format: 'png' }));
    const window = await site.open();
    const { page, keyboard, pointer } = window;
    const batches = new BatchesPage(window);
    await batches.importPaths('Plates', [photos]);
    await batches.inspect();
    await keyboard.press('Enter');
    const review = new ReviewPage(window);
    await review.settled();

    await keyboard.press('l');
    await pointer.drag(review.canvas, [
      [0.02, 0.02],
      [0.5, 0.98],
    ]);
    await page.getByTestId('drawn').getByRole('button', { name: 'Look only here' }).click();
    const unsaved = page.getByTestId('area-edit');
    await unsaved.getByText('Look here (1)').waitFor();
    await pointer.drag(review.canvas, [
      [0.3, 0.1],
      [0.4, 0.2],
    ]);
    await page.getByTestId('drawn').getByRole('button', { name: 'Ignore this' }).click();
    await unsaved.getByRole('button', { name: 'Remove: Ignore (1)' }).click();
    await expect.poll(() => unsaved.getByRole('listitem').count()).toBe(1);
    expect(await window.seriousViolations()).toEqual([]);
    await unsaved.getByRole('button', { name: 'Save the region' }).click();
    await unsaved.waitFor({ state: 'detached' });
    const areas = () =>
      readRecords<{ area: string | null; inspector: string }>(
        site.workspace,
        'select area, inspector from areas order by revision',
      );
    const saved = JSON.parse(areas()[0]!.area!) as InspectionArea;
    expect(areas()[0]!.inspector).toBe('Ada');
    expect(saved).toMatchObject({ width, height, ignore: [], part: null });
    expect(saved.include).toHaveLength(1);

    await page.getByRole('button', { name: 'Region of interest' }).click();
    await page.getByTestId('area-other').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Alt+1');
    await page.getByRole('button', { name: 'Inspect again' }).click();
    await expect
      .poll(() => readRecords(site.workspace, `select id from runs where status = 'done'`).length)
      .toBe(2);
    const [row] = readRecords<{ fields: string; notices: string }>(
      site.workspace,
      'select other_fields as fields, notices from results order by id desc limit 1',
    );
    const { area } = JSON.parse(row!.fields) as Pick<InspectionResult, 'area'>;
    expect(area!.share).toBeGreaterThan(0.3);
    expect(area!.share).toBeLessThan(0.7);
    expect(JSON.parse(row!.notices).map(({ code }: { code: string }) => code)).toContain('area-ignored');

    await keyboard.press('Alt+2');
    await review.settled();
    await review.toggleLayer('Shift+O', 'Region');
    await page.getByText(/% of this image were looked at/).waitFor();

    await keyboard.press('q');
    await pointer.click(review.canvas, 0.3, 0.5);
    const answer = page.getByTestId('candidate');
    await expect.poll(() => answer.locator('[aria-pressed]').count()).toBe(3);
    await answer.getByRole('button', { name: 'This is the part' }).click();
    await unsaved.getByText('Only on the part').waitFor();
    await unsaved.getByRole('button', { name: 'Save the region' }).click();
    await unsaved.waitFor({ state: 'detached' });
    const withPart = JSON.parse(areas()[1]!.area!) as InspectionArea;
    expect(withPart.include).toEqual(saved.include);
    expect(withPart.part?.path).toContain('plate.png');
    expect(withPart.part?.seed?.token.length).toBeGreaterThan(0);
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
