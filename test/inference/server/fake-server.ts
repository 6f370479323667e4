import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import type { WireTensor } from '../../../src-main/inference/server/model-server.ts';
import {
  ModelConfigResponseSchema,
  ModelInferRequestSchema,
  ModelInferResponseSchema,
  ModelMetadataRequestSchema,
  ModelMetadataResponseSchema,
  ServerMetadataResponseSchema,
  ServerReadyResponseSchema,
} from '../../../src-main/inference/server/open_inference_pb.js';
import type { FakeModels } from './fake-models.ts';

/** How an inference goes wrong. `wait`: the answer comes when that has resolved. */
export type Fault =
  | 'never'
  | 'unavailable'
  | 'failed'
  | 'wrong-shape'
  | 'wrong-type'
  | 'wrong-name'
  | 'truncated'
  | 'too-few-values'
  | 'too-much'
  | { readonly wait: Promise<unknown> };

export interface FakeServerOptions {
  readonly models: FakeModels;
  readonly protocol?: 'grpc' | 'http';
  readonly port?: number;
  /** PEM. `clients`: whose certificates clients have to have. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clients?: string };
  /** That clients have to bring. */
  readonly token?: string;
  /** Asked at each inference, with how many there were before. */
  readonly fault?: (model: string, count: number) => Fault | undefined;
}

/** A server that speaks the Open Inference Protocol in this process. */
interface FakeServer {
  readonly address: string;
  readonly port: number;
  /** Models that were asked, in order. */
  readonly asked: readonly string[];
  /** Bytes of inputs. */
  readonly received: readonly number[];
  /** Headers named `authorization` of all calls. */
  readonly authorizations: ReadonlySet<string | undefined>;
  /** Inferences that the client called off. */
  readonly cancelled: () => number;
  /** Inferences that were begun and not answered. */
  readonly underWay: () => number;
  close(): Promise<void>;
}

class Log {
  readonly asked: string[] = [];
  readonly received: number[] = [];
  readonly authorizations = new Set<string | undefined>();
  cancelled = 0;
  underWay = 0;
}

export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const log = new Log();
  const { protocol = 'grpc', tls } = options;
  const { port, close } = await (protocol === 'grpc' ? startGrpc : startHttp)(options, log);
  return {
    address: `${protocol}${tls ? 's' : ''}://127.0.0.1:${port}`,
    port,
    asked: log.asked,
    received: log.received,
    authorizations: log.authorizations,
    cancelled: () => log.cancelled,
    underWay: () => log.underWay,
    close,
  };
}

/** What a fault makes of the right answer; `bytes` cuts what is sent. */
function broken(answer: WireTensor[], fault: Fault | undefined): WireTensor[] {
  const [first, ...rest] = answer as [WireTensor, ...WireTensor[]];
  switch (fault) {
    case 'wrong-shape':
      return [{ ...first, shape: [...first.shape, 1] }, ...rest];
    case 'wrong-type':
      return [{ ...first, datatype: 'INT64' }, ...rest];
    case 'wrong-name':
      return [{ ...first, name: 'else' }, ...rest];
    case 'too-few-values':
      return [{ ...first, bytes: first.bytes.subarray(4) }, ...rest];
    case 'too-much':
      return [first, ...rest, { ...first, name: 'more' }];
    default:
      return answer;
  }
}

async function answerOf(
  { models, fault }: FakeServerOptions,
  log: Log,
  model: string,
  inputs: readonly WireTensor[],
  outputs: readonly string[],
): Promise<{ readonly tensors: WireTensor[]; readonly fault: Fault | undefined }> {
  const found = fault?.(model, log.asked.length);
  log.asked.push(model);
  log.received.push(inputs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  if (found === 'never' || found === 'unavailable' || found === 'failed')
    return { tensors: [], fault: found };
  const tensors = broken(await models.infer(model, inputs, outputs), found);
  if (typeof found === 'object') await found.wait;
  return { tensors, fault: found };
}

type Handler = grpc.handleUnaryCall<Buffer, Uint8Array>;

async function startGrpc(options: FakeServerOptions, log: Log) {
  const { models, token, tls, port = 0 } = options;
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  const path = (name: string) => `/inference.GRPCInferenceService/${name}`;
  const guarded =
    (handle: (request: Buffer) => Promise<Uint8Array>): Handler =>
    (call, callback) => {
      const [header] = call.metadata.get('authorization');
      log.authorizations.add(header?.toString());
      if (token !== undefined && header !== `Bearer ${token}`) {
        // A server that repeats what it was given.
        callback({ code: grpc.status.UNAUTHENTICATED, details: `not this one: ${token}` });
        return;
      }
      handle(call.request).then(
        (bytes) => callback(null, bytes),
        (error) => callback({ code: error.code ?? grpc.status.INTERNAL, details: String(error.message) }),
      );
    };
  const message =
    <S extends DescMessage>(schema: S, make: (request: Buffer) => MessageInitShape<S>) =>
    async (request: Buffer) =>
      toBinary(schema, create(schema, make(request)));
  const modelIn = (request: Buffer) => {
    const { name } = fromBinary(ModelMetadataRequestSchema, request);
    if (!models.names.includes(name)) {
      throw Object.assign(new Error(`unknown model '${name}'`), { code: grpc.status.NOT_FOUND });
    }
    return models.describe(name);
  };
  const wide = ({ shape, ...tensor }: { readonly shape: readonly number[] }) => ({
    ...tensor,
    shape: shape.map(BigInt),
  });
  const infer: Handler = (call, callback) => {
    log.underWay++;
    let isAnswered = false;
    // It comes at the end of every call, whoever ended it.
    call.on('cancelled', () => {
      if (!isAnswered) log.cancelled++;
    });
    const { modelName, inputs, outputs, rawInputContents } = fromBinary(
      ModelInferRequestSchema,
      call.request,
    );
    const wires = inputs.map(({ name, datatype, shape }, i) => ({
      ...{ name, datatype, shape: shape.map(Number) },
      bytes: rawInputContents[i]!,
    }));
    const names = outputs.map(({ name }) => name);
    answerOf(options, log, modelName, wires, names).then(({ tensors, fault }) => {
      if (fault === 'never') return;
      isAnswered = true;
      log.underWay--;
      if (fault === 'unavailable')
        return callback({ code: grpc.status.UNAVAILABLE, details: 'queue is full' });
      if (fault === 'failed') return callback({ code: grpc.status.INTERNAL, details: 'out of memory' });
      const bytes = toBinary(
        ModelInferResponseSchema,
        create(ModelInferResponseSchema, {
          modelName,
          outputs: tensors.map(({ bytes: _, ...tensor }) => wide(tensor)),
          rawOutputContents: tensors.map(({ bytes: raw }) => raw),
        }),
      );
      callback(null, fault === 'truncated' ? bytes.subarray(0, bytes.length - 9) : bytes);
    }, callback);
  };
  const add = (name: string, handler: Handler) => {
    server.register(
      path(name),
      handler,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => bytes,
      'unary',
    );
  };
  add('ServerReady', guarded(message(ServerReadyResponseSchema, () => ({ ready: true }))));
  add(
    'ServerMetadata',
    guarded(message(ServerMetadataResponseSchema, () => ({ name: 'fake', version: '2.51.0' }))),
  );
  add(
    'ModelMetadata',
    guarded(
      message(ModelMetadataResponseSchema, (request) => {
        const { inputs, outputs, versions, platform } = modelIn(request);
        return { versions: [...versions], platform, inputs: inputs.map(wide), outputs: outputs.map(wide) };
      }),
    ),
  );
  add(
    'ModelConfig',
    guarded(
      message(ModelConfigResponseSchema, (request) => {
        const entries = Object.entries(modelIn(request).parameters);
        const parameters = entries.map(([key, stringValue]) => [key, { stringValue }]);
        return { config: { parameters: Object.fromEntries(parameters) } };
      }),
    ),
  );
  add('ModelInfer', infer);
  const pairs = tls && [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }];
  const credentials = pairs
    ? grpc.ServerCredentials.createSsl(
        tls.clients ? Buffer.from(tls.clients) : null,
        pairs,
        tls.clients !== undefined,
      )
    : grpc.ServerCredentials.createInsecure();
  const bound = Promise.withResolvers<number>();
  server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) =>
    error ? bound.reject(error) : bound.resolve(number),
  );
  return {
    port: await bound.promise,
    close: async () => server.forceShutdown(),
  };
}

const JSON_LENGTH = 'inference-header-content-length';

async function startHttp(options: FakeServerOptions, log: Log) {
  const { models, token, tls, port = 0 } = options;
  const listener: RequestListener = async (request, response) => {
    const json = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    const { authorization } = request.headers;
    log.authorizations.add(authorization);
    if (token !== undefined && authorization !== `Bearer ${token}`) {
      return json(401, { error: `not this one: ${token}` });
    }
    const [, , kind, model = '', verb] = (request.url ?? '').split('/');
    if (kind === undefined) return json(200, { name: 'fake', version: '2.51.0' });
    if (kind === 'health') return json(200, {});
    if (!models.names.includes(model)) return json(404, { error: `unknown model '${model}'` });
    const { parameters, ...description } = models.describe(model);
    if (verb === undefined) return json(200, { name: model, ...description });
    if (verb === 'config') {
      const entries = Object.entries(parameters).map(([key, text]) => [key, { string_value: text }]);
      return json(200, { parameters: Object.fromEntries(entries) });
    }
    log.underWay++;
    response.on('close', () => {
      if (!response.writableFinished) log.cancelled++;
    });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    let at = Number(request.headers[JSON_LENGTH]);
    const asked = JSON.parse(body.subarray(0, at).toString('utf8'));
    const inputs = asked.inputs.map(
      (input: WireTensor & { parameters: { binary_data_size: number } }): WireTensor => {
        const { name, datatype, shape } = input;
        at += input.parameters.binary_data_size;
        return { name, datatype, shape, bytes: body.subarray(at - input.parameters.binary_data_size, at) };
      },
    );
    const names = asked.outputs.map(({ name }: { name: string }) => name);
    const { tensors, fault } = await answerOf(options, log, model, inputs, names);
    if (fault === 'never') return;
    log.underWay--;
    if (fault === 'unavailable') return json(503, { error: 'queue is full' });
    if (fault === 'failed') return json(500, { error: 'out of memory' });
    const header = Buffer.from(
      JSON.stringify({
        outputs: tensors.map(({ bytes, ...tensor }) => ({
          ...tensor,
          parameters: { binary_data_size: bytes.byteLength },
        })),
      }),
    );
    const all = Buffer.concat([header, ...tensors.map(({ bytes }) => bytes)]);
    response.writeHead(200, { [JSON_LENGTH]: String(header.length) });
    response.end(fault === 'truncated' ? all.subarray(0, all.length - 9) : all);
  };
  const server = tls
    ? createHttps(
        { cert: tls.cert, key: tls.key, ca: tls.clients, requestCert: tls.clients !== undefined },
        listener,
      )
    : createHttp(listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
