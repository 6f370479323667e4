import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { PORT_MESSAGE } from '../../src-shared/desktop-bridge.ts';

// Runs in the page: what the window does to reach the router, under `connectClient`.
interface PageWindow {
  readonly clipsam: { connect(): void };
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly PagePort[] }) => void,
  ): void;
  connectClient?: () => Promise<unknown>;
}
type PagePort = ConstructorParameters<typeof RPCLink>[0]['port'] & { start(): void };

const page = globalThis as unknown as PageWindow;
page.connectClient = () =>
  new Promise((resolve) => {
    page.addEventListener('message', ({ data, ports: [port] }) => {
      if (data !== PORT_MESSAGE || !port) return;
      resolve(createORPCClient(new RPCLink({ port })));
      port.start();
    });
    page.clipsam.connect();
  });
