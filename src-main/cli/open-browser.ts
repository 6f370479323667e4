import open from 'open';

/** True where somebody may sit at a screen. */
export function hasDisplay(): boolean {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI) return false;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

/** Opens an address in the browser where there is a screen; what becomes of it is not our concern. */
export async function openBrowser(url: string): Promise<void> {
  if (!hasDisplay()) return;
  const child = await open(url).catch(() => undefined);
  child?.on('error', () => {});
}
