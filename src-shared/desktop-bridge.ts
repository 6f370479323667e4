/**
 * What Electron's preload script puts on the page as `window.clipsam`; a browser has no such thing.
 *
 * Ports can't go through Electron's context bridge, so the connection that `connect` asks for comes to the page as a
 * window message with the data {@link PORT_MESSAGE} and one port.
 */
export interface DesktopBridge {
  readonly platform: string;
  /** Asks for a connection to the workstation's router. A new one closes the one before. */
  connect(): void;
  /** Native dialogs; empty when the user cancels. */
  chooseFolders(): Promise<readonly string[]>;
  chooseFiles(): Promise<readonly string[]>;
  /** One folder, or one ZIP file or description, of a model pack. */
  choosePack(kind: 'folder' | 'file'): Promise<string | undefined>;
  /** Where files and folders that were dropped on the page lie. */
  pathsOf(files: readonly File[]): readonly string[];
  /** Opens the file manager there: for folders that an export wrote. */
  showInFolder(path: string): Promise<void>;
  /** Files and folders that the program was started with, also by a start while it was running already. */
  onPathsGiven(listener: (paths: readonly string[]) => void): void;
}

/** Data of the window message that brings the port. */
export const PORT_MESSAGE = 'clipsam:port';
