// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FolderBrowser } from '../../../src-renderer/ui/folder-browser.tsx';
import type { FolderListing } from '../../../src-shared/contract/app.ts';
import { renderPart } from '../render.tsx';

async function browse(passedOver: FolderListing['passedOver']) {
  const files = ['a.jpg', 'b.jfif'].map((name) => ({ name, path: `/lot/${name}` }));
  const folder = async () => ({ path: '/lot', parent: '/', folders: [], files, passedOver });
  await renderPart(
    <FolderBrowser withFiles="images" pickLabel={(name) => `Add ${name}`} onPick={() => {}} />,
    {
      client: { app: { folder } } as never,
    },
  );
}

it('says what in a folder looks like a picture and is not read', async () => {
  await browse([
    { ending: '.heic', count: 3 },
    { ending: '.pgm', count: 1 },
  ]);
  const line = await screen.findByText(/2 images in this folder/);
  expect(line.textContent).toBe('2 images in this folder4 pictures that are not read: 3 × .heic, 1 × .pgm');
});

it('says nothing of it where all pictures are read', async () => {
  await browse([]);
  expect((await screen.findByText(/2 images in this folder/)).textContent).toBe('2 images in this folder');
});
