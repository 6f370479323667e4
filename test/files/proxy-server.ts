import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** A proxy on this machine that ends with the test; it passes on everything that it is asked for, also by CONNECT. */
export async function proxyServer() {
  const asked: { readonly to: string; readonly authorization: string | undefined }[] = [];
  const server = createServer(({ url, method, headers }, response) => {
    asked.push({ to: new URL(url!).host, authorization: headers['proxy-authorization'] });
    const passed = request(url!, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy()).end();
  });
  server.on('connect', ({ url, headers }, client, head) => {
    asked.push({ to: url!, authorization: headers['proxy-authorization'] });
    const [host, port] = url!.split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
