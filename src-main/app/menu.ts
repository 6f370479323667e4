import type { MenuItemConstructorOptions } from 'electron';
import type { NativeTexts } from './native-texts.ts';

export interface MenuActions {
  openLogs(): void;
  openNotices(): void;
  openWorkspace(): void;
  reload(): void;
}

/**
 * The native menu. Keys of the review belong to the page, so nothing here has one of them: no zoom roles (Ctrl+= is
 * 1:1) and no undo (the page's goes across images; text fields undo without a menu).
 */
export function menuTemplate(
  texts: NativeTexts,
  actions: MenuActions,
  { platform, isPackaged }: { readonly platform: NodeJS.Platform; readonly isPackaged: boolean },
): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: texts.file,
      submenu: [
        { label: texts.openWorkspace, click: () => actions.openWorkspace() },
        { label: texts.openLogs, click: () => actions.openLogs() },
        ...(isMac ? [] : [separator, { role: 'quit', label: texts.quit, accelerator: 'Ctrl+Q' } as const]),
      ],
    },
    {
      label: texts.edit,
      submenu: [
        { role: 'cut', label: texts.cut },
        { role: 'copy', label: texts.copy },
        { role: 'paste', label: texts.paste },
        { role: 'selectAll', label: texts.selectAll },
      ],
    },
    {
      label: texts.view,
      submenu: [
        { label: texts.reload, accelerator: 'F5', click: () => actions.reload() },
        { role: 'togglefullscreen', label: texts.fullScreen },
        ...(isPackaged ? [] : [{ role: 'toggleDevTools', label: texts.developerTools } as const]),
      ],
    },
    { label: texts.window, submenu: [{ role: 'minimize', label: texts.minimise }] },
    // The file is written when the program is packed.
    ...(isPackaged
      ? [{ label: texts.help, submenu: [{ label: texts.notices, click: () => actions.openNotices() }] }]
      : []),
  ];
}
