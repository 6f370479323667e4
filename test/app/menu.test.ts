import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { menuTemplate } from '../../src-main/app/menu.ts';
import { nativeTexts } from '../../src-main/app/native-texts.ts';

/** Keys that Electron gives roles by itself (its docs, "Menu item roles"; Chromium's on Windows and Linux). */
const ROLE_KEYS: Readonly<Record<string, readonly string[]>> = {
  cut: ['Ctrl+X'],
  copy: ['Ctrl+C'],
  paste: ['Ctrl+V'],
  selectAll: ['Ctrl+A'],
  togglefullscreen: ['F11'],
  toggleDevTools: ['Ctrl+Shift+I'],
  minimize: ['Ctrl+M'],
  quit: ['Ctrl+Q'],
  appMenu: ['Ctrl+Q', 'Ctrl+H', 'Ctrl+Alt+H'],
};

// By a path that the compiler does not follow: it checks this file without the types of a browser.
const WINDOW_ACTIONS: string = '../../src-renderer/app/all-actions.ts';
const { ALL_ACTIONS } = (await import(WINDOW_ACTIONS)) as {
  ALL_ACTIONS: readonly { readonly keys: readonly string[] }[];
};

const actions = { openLogs: vi.fn(), openNotices: vi.fn(), openWorkspace: vi.fn(), reload: vi.fn() };
const environments = (['linux', 'win32', 'darwin'] as const).flatMap((platform) =>
  [true, false].map((isPackaged) => ({ platform, isPackaged })),
);

function itemsOf(template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...itemsOf(Array.isArray(item.submenu) ? item.submenu : [])]);
}

describe.each(environments)('on $platform, packaged: $isPackaged', (environment) => {
  const items = itemsOf(menuTemplate(nativeTexts('en'), actions, environment));

  it('has no key of the review, and knows the keys of all its roles', () => {
    const reviewKeys = new Set(ALL_ACTIONS.flatMap(({ keys }) => keys));
    expect(reviewKeys.size).toBeGreaterThan(40);
    for (const { role, accelerator } of items) {
      const keys = accelerator ? [accelerator as string] : [];
      if (role) {
        expect(ROLE_KEYS, `role ${role}`).toHaveProperty(role);
        keys.push(...ROLE_KEYS[role]!);
      }
      for (const key of keys) expect(reviewKeys).not.toContain(key);
    }
  });

  it('offers developer tools only where the program is developed', () => {
    expect(items.some(({ role }) => role === 'toggleDevTools')).toBe(!environment.isPackaged);
  });
});

it('does what its items say', () => {
  const texts = nativeTexts('en');
  const items = itemsOf(menuTemplate(texts, actions, { platform: 'linux', isPackaged: true }));
  const click = (label: string) =>
    items.find((item) => item.label === label)?.click?.(undefined as never, undefined, undefined as never);
  click(texts.openLogs);
  click(texts.notices);
  click(texts.openWorkspace);
  click(texts.reload);
  for (const action of Object.values(actions)) expect(action).toHaveBeenCalledOnce();
});

it('speaks Chinese to Chinese systems, in all texts, and English to all others', () => {
  const chinese = nativeTexts('zh-CN');
  for (const [name, text] of Object.entries(chinese)) expect(text, name).toMatch(/\p{Script=Han}/u);
  expect(nativeTexts('zh')).toBe(chinese);
  expect(nativeTexts('zh-Hans-CN')).toBe(chinese);
  for (const locale of ['en-US', 'de', 'zhx', '']) expect(nativeTexts(locale).quit).toBe('Quit');
});
