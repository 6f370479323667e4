// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { expect, it, onTestFinished } from 'vitest';
import { ImportPanel } from '../../../src-renderer/batches/import-panel.tsx';
import { type FinishedImport, useImports } from '../../../src-renderer/batches/imports.ts';
import { renderPart } from '../render.tsx';

const NOTHING: FinishedImport = {
  kind: 'finished',
  added: 0,
  unchanged: 0,
  changed: [],
  unread: [],
  vanished: [],
  duplicates: [],
  unreadable: [],
  passedOver: [],
  truthFolders: [],
};

async function shown(summary: Partial<FinishedImport>, language: 'en' | 'zh-CN' = 'en') {
  const job = { state: 'finished' as const, summary: { ...NOTHING, ...summary } };
  useImports.setState({ jobs: new Map([[1, job]]) });
  onTestFinished(() => useImports.setState({ jobs: new Map() }));
  await renderPart(<ImportPanel batchId={1} />, { language });
  return within(screen.getByTestId('import'));
}

it('says how many pictures were passed over, of which kinds, and names them and the folders of masks', async () => {
  const panel = await shown({
    added: 5,
    passedOver: ['/lot/phone.heic', '/lot/b.HEIC', '/lot/mv.pgm'],
    truthFolders: ['/lot/ground_truth'],
  });
  panel.getByText('5 added · 3 pictures passed over');
  panel.getByText(/kinds that are not read: 2 × \.heic, 1 × \.pgm\./);
  for (const path of ['/lot/phone.heic', '/lot/mv.pgm', '/lot/ground_truth']) panel.getByText(path);
});

it('says so in Chinese too', async () => {
  const panel = await shown({ added: 5, passedOver: ['/lot/phone.heic'] }, 'zh-CN');
  panel.getByText('新增 5 张 · 跳过 1 张图片');
  panel.getByText(/不支持读取的图片类型：1 × \.heic/);
});

it('names files that could not be read, and pages that are gone, and calls neither changed', async () => {
  const panel = await shown({ unread: ['/share/a.png'], vanished: ['/lot/s.tif · page 3 of 3'] });
  panel.getByText('0 added · 1 file of the batch could not be read · 1 page is gone');
  panel.getByText('/share/a.png');
  panel.getByText('/lot/s.tif · page 3 of 3');
  expect(panel.queryByText('Changed files')).toBeNull();
  expect(panel.queryByText(/no images in what you chose/)).toBeNull();
});
