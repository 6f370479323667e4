import { examine } from './examination.ts';
import type { ExaminationRequests } from './examination-client.ts';
import { serveRequests } from './request-channel.ts';
import { parentThreadPort } from './thread-port.ts';

// A thread of its own, so that its process still says how much memory it takes while this one is deep in a file.

void serveRequests<ExaminationRequests>(parentThreadPort(), {
  async examine(examination) {
    await examine(examination);
  },
});
