import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { sha256, sha256OfFile } from '../../src-main/files/hash.ts';
import { exportReport } from '../../src-main/reports/export-report.ts';
import { html } from '../../src-main/reports/html-template.ts';
import type { ReportImage, RunReport } from '../../src-main/reports/run-report.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Region } from '../../src-shared/result.ts';
import { cameraPng, greyPart } from '../deep-pictures.ts';
import { multiPage, plain } from '../multi-page.ts';
import { region } from '../store/fixtures.ts';
import { annotation, reportFixture, verdict } from './report-fixture.ts';

async function pagesOf(report: RunReport, out: string): Promise<Map<string, string>> {
  const [exported] = await exportReport(report, ['html'], out);
  const folder = dirname(exported!.path);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

const withNotices = <Image extends { readonly result: object }>(
  image: Image,
  notices: readonly Notice[],
) => ({
  ...image,
  result: { ...image.result, notices },
});

const EVIL = `<script>alert(1)</script>"><img src=x onerror=alert(2)>'\`&\u202e\n`;

describe('the template', () => {
  test('escapes everything but its own markup', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(String(html`<p title="${'"\'`&'}">${[inner, '<', 3]}${null}${undefined}${false}</p>`)).toBe(
      '<p title="&#34;&#39;&#96;&#38;"><b>&#60;i&#62;</b>&#60;3</p>',
    );
  });

  test('shows control characters and drops the power of directional marks', () => {
    expect(String(html`${'a\nb\u0000c\u202ed'}`)).toBe('a␊b␀c\ufffdd');
  });
});

test('the method that a recipe names is among the facts of the run', async () => {
  const { out, done, report } = await reportFixture();
  const plain = report([done('a.png')]);
  const method = { name: 'winclip', refine: true } as const;
  const named = { ...plain, recipe: { ...plain.recipe, method } };
  const indexOf = async (of: RunReport, name: string) =>
    (await pagesOf(of, join(out, name))).get('index.html');
  expect(await indexOf(named, 'named')).toContain('<dt>Method</dt><dd>WinCLIP, refined with SAM</dd>');
  expect(await indexOf(plain, 'plain')).not.toContain('<dt>Method</dt>');
});

test('each page of a file has its own picture', async () => {
  const { out, done, report } = await reportFixture();
  const colours = [
    [200, 0, 0],
    [0, 0, 200],
  ] as const;
  const path = join(out, '..', 'stack.tif');
  await writeFile(
    path,
    await multiPage(
      'tiff',
      colours.map((colour) => plain(40, 30, colour)),
    ),
  );
  const contentHash = await sha256OfFile(path);
  const images = [0, 1].map((index) =>
    done(`stack.tif · page ${index + 1} of 2`, {
      path,
      contentHash,
      page: { index, number: index + 1, count: 2 },
    }),
  );
  const pages = await pagesOf(report(images), out);
  for (const [i, colour] of colours.entries()) {
    const page = [...pages.values()].find((text) => text.includes(`<title>stack.tif · page ${i + 1} of 2 `))!;
    const [, asset] = /href="\.\.\/(assets\/\d+\.jpg)"/.exec(page)!;
    const { channels } = await sharp(join(out, 'html', asset!)).stats();
    expect(channels.map(({ mean }) => Math.round(mean / 50) * 50)).toEqual(colour);
  }
});

test('a file that is another one by now is not shown beside the old result, and it is said', async () => {
  const { out, done, failed, report } = await reportFixture();
  const [same, known, replaced, gone] = ['same', 'known', 'replaced', 'gone'].map((name) =>
    done(`${name}.png`),
  );
  const other = { ...replaced!, contentHash: '0'.repeat(64) };
  const images = [
    same!,
    // Found out when the export began, and found out only when its picture was read.
    { ...known!, file: 'changed' as const },
    other,
    { ...gone!, file: 'missing' as const },
    {
      ...failed('failed.png', 'no'),
      path: same!.path,
      contentHash: '0'.repeat(64),
      file: 'changed' as const,
    },
  ];
  const pages = await pagesOf(report(images), out);
  const text = (name: string) => [...pages.values()].find((page) => page.includes(`<title>${name} `))!;
  const picture = /(href|src)="\.\.\/assets\/\d+\.jpg"/;
  expect(text('same.png')).toMatch(picture);
  for (const name of ['known.png', 'replaced.png', 'gone.png', 'failed.png']) {
    expect(text(name)).not.toMatch(picture);
  }
  const said = 'The image file has changed since it was inspected: its picture is not shown.';
  for (const name of ['known.png', 'failed.png']) expect(text(name)).toContain(said);
  expect(text('gone.png')).toContain('The image file is not there any more.');
  const index = pages.get('index.html')!;
  expect(index).toContain('2 image files have changed since the inspection');
  expect(index).toContain('1 image file is not there any more');
  expect(index.match(/changed since it was inspected/g)).toHaveLength(2);
  expect((await readdir(join(out, 'html', 'assets'))).filter((name) => name.endsWith('.jpg'))).toHaveLength(
    2,
  );
});

test('hostile text anywhere stays text', async () => {
  const { out, done, failed, report } = await reportFixture();
  const images: ReportImage[] = [
    done(EVIL, {
      verdict: verdict({ overturnReason: EVIL, comment: EVIL, defectClass: EVIL, inspector: EVIL }),
      annotations: [annotation({ regionIndex: 1, comment: EVIL, defectClass: EVIL, inspector: EVIL })],
    }),
    failed(`${EVIL}2`, EVIL),
    withNotices(done(`${EVIL}3`), [{ code: 'decoder-warning', message: EVIL }]),
  ];
  const base = report(images);
  const hostile = {
    ...base,
    batch: {
      ...base.batch,
      name: EVIL,
      objectName: EVIL,
      partNumber: EVIL,
      revision: EVIL,
      lot: EVIL,
      order: EVIL,
    },
    recipe: { ...base.recipe, name: EVIL },
    run: { ...base.run, device: { asked: 'cuda' as const, running: 'cpu' as const, fallbackReason: EVIL } },
  };
  const pages = await pagesOf(hostile, out);
  expect(pages.size).toBe(4);
  for (const page of pages.values()) {
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).not.toMatch(/<script(?! src="(\.\.\/)?report\.js" defer>)/);
    expect(page).not.toMatch(/<img[^>]*onerror/);
    expect(page).not.toContain('\u202e');
    // Taken apart tag by tag, nothing is left over that could open another, and no attribute is a handler.
    const attribute = /\s+([a-zA-Z:-]+)(?:="[^"<>]*")?/g;
    const text = page.replace(
      /<[!/]?[a-zA-Z0-9]+((?:\s+[a-zA-Z:-]+(?:="[^"<>]*")?)*)\s*\/?>/g,
      (_, attributes) => {
        for (const [, name] of String(attributes).matchAll(attribute)) expect(name).not.toMatch(/^on/i);
        return '';
      },
    );
    expect(text).not.toMatch(/[<>"]/);
  }
});

test('pages load nothing from elsewhere, allow no inline code, and every link leads to a file', async () => {
  const { out, done, failed, report } = await reportFixture();
  const pages = await pagesOf(
    report([done('1.png'), done('2.png', { score: 0.2, regions: [] }), failed('3.png', 'no')]),
    out,
  );
  for (const [name, page] of pages) {
    expect(page).toMatch(/<meta http-equiv="Content-Security-Policy" content="default-src 'none';[^"]*">/);
    expect(page).not.toMatch(/unsafe-inline|https?:|\sstyle=|<style|javascript:/);
    for (const [, link] of page.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const target = resolve(out, 'html', dirname(name), link!);
      expect(target.startsWith(join(out, 'html'))).toBe(true);
      expect((await stat(target)).isFile()).toBe(true);
    }
  }
});

test('the gallery goes from the highest score to the lowest, failures last, and pages are linked in that order', async () => {
  const { out, done, failed, report } = await reportFixture();
  const images = [
    failed('f.png', 'no'),
    done('b.png', { score: 0.5 }),
    done('c.png', { score: 0.2 }),
    done('a.png', { score: 0.8 }),
  ];
  const pages = await pagesOf(report(images), out);
  const cards = [
    ...pages
      .get('index.html')!
      .matchAll(/<a class="card" href="([^"]+)" data-badge="(\w+)" data-name="([^"]+)"/g),
  ];
  expect(cards.map(([, , badge, name]) => `${name} ${badge}`)).toEqual([
    'a.png reject',
    'b.png accept',
    'c.png accept',
    'f.png failed',
  ]);
  const second = pages.get(cards[1]![1]!)!;
  expect(second).toContain('>b.png<');
  expect(second).toContain('href="00001.html" aria-label="Previous image"');
  expect(second).toContain('href="00003.html" aria-label="Next image"');
  expect(pages.get(cards[3]![1]!)).not.toContain('aria-label="Next image"');
});

test('of a run at work, every image keeps its own page, and what came since is left to the next export', async () => {
  const { out, done, failed, report } = await reportFixture();
  const best = done('best.png', { score: 0.9 });
  let passes = 0;
  const growing = report([failed('retried.png', 'no'), best], {
    async *images() {
      const isFirst = passes++ === 0;
      if (!isFirst) yield done('new.png', { score: 0.7 });
      yield isFirst ? failed('retried.png', 'no') : done('retried.png', { score: 0.95 });
      yield best;
    },
  });
  const pages = await pagesOf(growing, out);
  expect([...pages.keys()].map((name) => name.replaceAll('\\', '/')).sort()).toEqual([
    'images/00001.html',
    'images/00002.html',
    'index.html',
  ]);
  expect(pages.get('images/00001.html')).toContain('>best.png<');
  expect(pages.get('images/00002.html')).toContain('>retried.png<');
  expect(pages.get('index.html')).not.toContain('new.png');
});

test('an image’s page dims what was not looked at, and says how much was', async () => {
  const { out, done, report } = await reportFixture();
  const image = done('a.png');
  const outline = [
    [
      [
        [4, 4],
        [40, 4],
        [40, 30],
        [4, 4],
      ],
    ],
  ] as const;
  const area = { hash: 'e'.repeat(64), share: 0.25, outline };
  const looked = { ...image, result: { ...image.result, area } };
  const pages = await pagesOf(report([looked, done('b.png')]), out);
  const page = pages.get(join('images', '00001.html'))!;
  expect(page).toContain('class="outside" d="M0 0H64V48H0ZM4 4L40 4L40 30L4 4Z"');
  expect(page).toContain('data-toggle="area" data-key="5"');
  expect(page).toContain('25.0 % <code');
  expect(pages.get(join('images', '00002.html'))).not.toContain('data-layer="area"');
});

test('an image’s page shows layers, prompts, levels, verdicts and the scale with its thresholds', async () => {
  const { out, done, report } = await reportFixture();
  const image = done('a.png', {
    verdict: verdict({ verdict: 'accept', overturnReason: 'dust' }),
    annotations: [annotation({ regionIndex: 1, comment: 'burr' })],
  });
  const page = (await pagesOf(report([image]), out)).get(join('images', '00001.html'))!;
  for (const layer of ['coarse', 'final', 'outline', 'levels', 'prompts']) {
    expect(page).toContain(`data-layer="${layer}"`);
  }
  expect(page).toContain('<rect class="box" x="9" y="9" width="22" height="12"/>');
  expect(page).toContain('class="object"><circle cx="20" cy="15"');
  expect(page).toContain('d="M10 10L30 10L30 20L10 20L10 10Z"');
  expect(page.match(/class="level" data-level="1-\d"/g)).toHaveLength(3);
  expect(page).toContain('θ 0.5');
  expect(page).toContain('warn 0.4');
  expect(page).toContain('reject 0.6');
  expect(page).toContain('(overturns the model)');
  expect(page).toContain('<b>false positive</b> of region 1 · burr');
  expect(page).toContain('webgpu');
  expect(page).toContain('no adapter');
});

test('an image’s page says what each opinion is, which of them found a region, and what it was compared with', async () => {
  const { out, done, report } = await reportFixture();
  const found = { language: 0.41, consensus: 0.91, references: 0.88 };
  const compared = done('a.png', { regions: [{ ...region, opinions: found }] });
  const result = {
    ...compared.result,
    opinions: [
      { opinion: 'language' as const, score: 0.41, weight: 0.2 },
      { opinion: 'consensus' as const, score: 0.91, weight: 0.8, perPosition: true },
    ],
    comparison: { hash: 'd'.repeat(64), crowd: 24, references: 8, harmless: 1, counterExamples: 0 },
  };
  const alone = done('b.png', { score: 0.2 });
  const pages = await pagesOf(report([{ ...compared, result }, alone]), out);
  const page = pages.get(join('images', '00001.html'))!;
  expect(page).toContain('found by: batch 0.91 · references 0.88 · language 0.41');
  expect(page).toContain('Compared with 24 images of the batch, 8 references, and 1 harmless mark.');
  expect(page).toMatch(/<td>batch<\/td><td>.*0\.91<\/td><td class="number">80 %<\/td>/);
  expect(page).toContain('at each position, in the scores as they go anywhere: batch.');
  expect(page).toContain('Fused map');
  const plainPage = pages.get(join('images', '00002.html'))!;
  expect(plainPage).toContain('CLIP map');
  for (const text of ['found by', 'Opinions', 'Compared with', 'each position'])
    expect(plainPage).not.toContain(text);
});

test('a region’s number stands above it, and below it where the image ends', async () => {
  const { out, done, report } = await reportFixture();
  const at = (index: number, y: number): Region => {
    const box = { x: 10, y, width: 20, height: 10 };
    return { ...region, index, box, prompts: { box, points: [] } };
  };
  const image = done('a.png', { regions: [at(1, 20), at(2, 0)] });
  const page = (await pagesOf(report([image]), out)).get(join('images', '00001.html'))!;
  const numbers = [...page.matchAll(/<text class="region" x="([\d.]+)" y="([\d.]+)"[^>]*>(\d)</g)];
  const [one, two] = numbers.map(([, x, y, index]) => ({ x: Number(x), y: Number(y), index }));
  expect(one).toMatchObject({ index: '1', x: 20 });
  expect(one!.y).toBeLessThan(20);
  expect(one!.y).toBeGreaterThan(15);
  expect(two).toMatchObject({ index: '2', x: 20 });
  expect(two!.y).toBeGreaterThan(10);
  expect(two!.y).toBeLessThan(15);
});

test('the gallery says why an image failed, without repeating its path', async () => {
  const { out, failed, report } = await reportFixture();
  const image = failed('cut.png', '');
  const error = { code: 'image-unreadable' as const, message: `${image.path} is cut off. <Copy> it again.` };
  const index = (await pagesOf(report([{ ...image, error }]), out)).get('index.html')!;
  expect(index).toContain('>is cut off. &#60;Copy&#62; it again.<');
  expect(index).not.toContain(image.path);
});

test('images that were moved away since are reported on without their picture', async () => {
  const { out, done, report } = await reportFixture();
  const image = done('a.png');
  await rm(image.path);
  const pages = await pagesOf(report([image], { total: 5 }), out);
  expect(pages.get('index.html')).toContain('no picture');
  expect(pages.get('index.html')).toContain('4 of 5 images have no result yet');
  expect(pages.get(join('images', '00001.html'))).toContain('could not be read for this export');
});

test('a page without regions says whether SAM was asked', async () => {
  const { out, done, report } = await reportFixture();
  const asked = done('asked.png', { regions: [], score: 0.4 });
  const { result, ...quiet } = done('quiet.png', { regions: [], score: 0.2 });
  const unasked = { ...quiet, result: { ...result, timings: { ...result.timings, decode: 0 } } };
  const pages = await pagesOf(report([asked, unasked]), out);
  expect(pages.get('images/00001.html')).toContain('Nothing is above θ with SAM');
  expect(pages.get('images/00002.html')).toContain('SAM was not asked');
});

test('a verdict in doubt is never shown without saying so, in the gallery and on the page', async () => {
  const { out, done, report } = await reportFixture();
  const images = [
    withNotices(done('grey.png', { score: 0.3, regions: [] }), [
      { code: 'sample-range', low: 0, high: 4095, kind: 'integer', source: 'batch' },
      { code: 'single-colour', red: 7, green: 7, blue: 7 },
    ]),
    withNotices(done('deep.png', { score: 0.2, regions: [] }), [
      { code: 'sample-range', low: 0, high: 4095, kind: 'integer', source: 'batch' },
    ]),
    done('plain.png', { score: 0.1, regions: [] }),
  ];
  const pages = await pagesOf(report(images), out);
  const index = pages.get('index.html')!;
  const [grey, deep, plain] = index.split('<a class="card"').slice(1);
  expect(grey).toMatch(/data-doubtful.*badge accept.*class="doubt".*Single colour/s);
  expect(deep).not.toContain('doubt');
  expect(plain).not.toContain('doubt');
  expect(index).toContain('1 image has a notice that puts its verdict in doubt.');
  expect(index).toContain('data-filter="doubtful" aria-pressed="false">In doubt <b>1</b>');
  const [greyPage, deepPage, plainPage] = [1, 2, 3].map((n) => pages.get(join('images', `0000${n}.html`))!);
  expect(greyPage).toMatch(
    /badge accept.*class="doubt".*Single colour.*class="warning">The whole image has one colour.*class="information">Sample values 0 to 4,095/s,
  );
  expect(deepPage).toContain('class="information">Sample values 0 to 4,095 were taken for black to white');
  expect(deepPage).not.toContain('class="doubt"');
  expect(plainPage).not.toContain('class="notices"');
});

test('pictures of deep images have the grey values that the run saw', async () => {
  const { out, done, report } = await reportFixture();
  const size = { width: 120, height: 80 };
  const png = await cameraPng(greyPart(size.width, size.height), { ...size, bits: 12 });
  const path = join(dirname(out), 'deep.png');
  await writeFile(path, png);
  const deep = { path, contentHash: sha256(png) };
  await pagesOf(
    report([
      done('seen.png', { ...deep, score: 0.9, range: { low: 0, high: 4095 } }),
      done('whole.png', { ...deep, score: 0.8, range: null }),
    ]),
    out,
  );
  const brightest = async (name: string) => {
    const data = await sharp(join(out, 'html', 'assets', name))
      .greyscale()
      .raw()
      .toBuffer();
    return Math.max(...data);
  };
  for (const name of ['00001.jpg', '00001-thumbnail.jpg']) expect(await brightest(name)).toBeGreaterThan(240);
  // Without the range of the batch they would be black.
  for (const name of ['00002.jpg', '00002-thumbnail.jpg']) expect(await brightest(name)).toBeLessThan(24);
});
