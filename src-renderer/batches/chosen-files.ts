/** A file of this machine, and what it is called with its folders. */
export interface FileToUpload {
  /** With `/`. */
  readonly name: string;
  readonly file: File;
}

/** The files of a field that chooses files or a folder. */
export function filesOfField(files: Iterable<File>): FileToUpload[] {
  return [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/** A file or folder that was dropped; as a plain file where its program, or the browser, gives no entry for it. */
export type Dropped = FileSystemEntry | File;

/** What was dropped: what a page gets to see of it for as long as its event is handled. */
export function droppedOf(data: DataTransfer | null): Dropped[] {
  return [...(data?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? item.getAsFile() ?? []);
}

/**
 * All files that were dropped, folders with everything below them.
 * @throws DOMException when one can't be read
 */
export async function filesOfDrop(dropped: readonly Dropped[]): Promise<FileToUpload[]> {
  const found: FileToUpload[] = [];
  const waiting: FileSystemEntry[] = [];
  for (const one of dropped) {
    if (one instanceof File) found.push({ name: one.name, file: one });
    else waiting.push(one);
  }
  for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
    const name = entry.fullPath.replace(/^\//, '');
    if (isFile(entry)) {
      const { file } = entry;
      found.push({
        name,
        file: await new Promise<File>((resolve, reject) => file.call(entry, resolve, reject)),
      });
    } else if (isFolder(entry)) waiting.push(...(await contentOf(entry)));
  }
  return found;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** A reader gives a hundred at a time, and none at the end. */
async function contentOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
