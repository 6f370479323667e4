/** Names of the messages between preload script and main process. */
export const CHANNELS = {
  /** Preload asks for a connection; the answer comes on the same channel, with a port. */
  connect: 'clipsam:connect',
  choose: 'clipsam:choose',
  showInFolder: 'clipsam:show-in-folder',
  pathsGiven: 'clipsam:paths-given',
} as const;
