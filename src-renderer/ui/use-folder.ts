import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWorkstation } from '../state/workstation.ts';

/** A folder, or a file, in a folder that is looked at. */
export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** The kinds of files that can be chosen in a folder. */
export type FileKind = 'images' | 'packs';

/**
 * A folder of the machine that the workstation runs on, at first the one it proposes.
 * @param withFiles files that are entries too; undefined: folders only
 */
export function useFolder(withFiles: FileKind | undefined) {
  const { api } = useWorkstation();
  const [path, setPath] = useState<string | null>(null);
  const { data, error, isFetching } = useQuery(
    api.app.folder.queryOptions({
      input: { path, files: withFiles ?? 'images' },
      placeholderData: keepPreviousData,
      staleTime: 0,
      gcTime: 0,
    }),
  );
  const entries: readonly FolderEntry[] = data
    ? [
        ...data.folders.map((folder) => ({ ...folder, isFolder: true })),
        ...(withFiles ? data.files : []).map((file) => ({ ...file, isFolder: false })),
      ]
    : [];
  const go = (to: string | null | undefined) => {
    if (typeof to === 'string') setPath(to);
  };
  return {
    data,
    error,
    isFetching,
    entries,
    go,
    /** False until the user went somewhere. */
    hasMoved: path !== null,
  };
}

export type FolderState = ReturnType<typeof useFolder>;
