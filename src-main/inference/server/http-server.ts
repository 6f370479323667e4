import type * as Http from 'node:http';
import type { ServerAddress } from '../../../src-shared/model-servers.ts';
import {
  oipAnswerSchema,
  oipConfigSchema,
  oipModelSchema,
  oipServerSchema,
} from '../../../src-shared/open-inference-json.ts';
import { parseJson } from '../../../src-shared/parse-json.ts';
import {
  type CallOptions,
  type InferRequest,
  MOST_ANSWER_BYTES,
  type ModelServer,
  type ServedModelDescription,
  ServerFailure,
  type WireTensor,
} from './model-server.ts';
import { isEncrypted, type ServerAccess, safeText, tokenFor } from './server-access.ts';

/** Length of the JSON before the tensors' bytes, in requests and answers with the binary tensor extension. */
const JSON_LENGTH = 'inference-header-content-length';

interface HttpAnswer {
  readonly status: number;
  readonly headers: Http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Opens a server over HTTP; nothing is sent before something is asked. */
export async function openHttpServer(address: ServerAddress, access: ServerAccess): Promise<ModelServer> {
  const http = isEncrypted(address) ? await import('node:https') : await import('node:http');
  const { authorities, certificate, key } = access;
  const agent = new http.Agent({
    keepAlive: true,
    ...(isEncrypted(address) && { ca: authorities, cert: certificate, key }),
  });
  return new HttpServer(http, agent, address, access);
}

class HttpServer implements ModelServer {
  readonly address: ServerAddress;
  readonly #http: Pick<typeof Http, 'request'>;
  readonly #agent: Http.Agent;
  readonly #access: ServerAccess;

  constructor(
    http: Pick<typeof Http, 'request'>,
    agent: Http.Agent,
    address: ServerAddress,
    access: ServerAccess,
  ) {
    this.#http = http;
    this.#agent = agent;
    this.address = address;
    this.#access = access;
  }

  async describe(options: CallOptions): Promise<{ readonly name: string; readonly version: string }> {
    return read(oipServerSchema, await this.#get('', options));
  }

  async isReady(options: CallOptions): Promise<boolean> {
    await this.#get('/health/ready', options);
    return true;
  }

  async describeModel(name: string, options: CallOptions): Promise<ServedModelDescription> {
    const path = `/models/${encodeURIComponent(name)}`;
    const { properties, ...description } = read(oipModelSchema, await this.#get(path, options));
    const own = Object.keys(properties).some((key) => key.startsWith('clipsam_'));
    return { ...description, parameters: own ? properties : await this.#parametersOf(path, options) };
  }

  /** Of a model's configuration, which Triton tells and others don't. */
  async #parametersOf(path: string, options: CallOptions): Promise<Record<string, string>> {
    try {
      const { parameters } = read(oipConfigSchema, await this.#get(`${path}/config`, options));
      return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, value.string_value]));
    } catch (error) {
      if (error instanceof ServerFailure && (error.kind === 'refused' || error.kind === 'wrong')) return {};
      throw error;
    }
  }

  async infer(
    { model, inputs, outputs }: InferRequest,
    options: CallOptions,
  ): Promise<readonly WireTensor[]> {
    const json = Buffer.from(
      JSON.stringify({
        inputs: inputs.map(({ bytes, ...input }) => ({
          ...input,
          parameters: { binary_data_size: bytes.byteLength },
        })),
        outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
      }),
    );
    const answer = await this.#ask('POST', `/models/${encodeURIComponent(model)}/infer`, options, {
      headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(json.length) },
      body: Buffer.concat([json, ...inputs.map(({ bytes }) => bytes)]),
    });
    return wireTensorsOf(answer);
  }

  close(): void {
    this.#agent.destroy();
  }

  #get(path: string, options: CallOptions): Promise<HttpAnswer> {
    return this.#ask('GET', path, options);
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    options: CallOptions,
    sent: { readonly headers?: Record<string, string>; readonly body?: Buffer } = {},
  ): Promise<HttpAnswer> {
    const { deadline, signal } = options;
    const { scheme, host, port, path: before } = this.address;
    const token = tokenFor(this.address, this.#access);
    const tooLate = AbortSignal.timeout(deadline);
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    let hasBegun = false;
    const request = this.#http.request(
      `${scheme}://${host}:${port}${before}/v2${path}`,
      {
        method,
        agent: this.#agent,
        signal: signal ? AbortSignal.any([signal, tooLate]) : tooLate,
        headers: {
          ...sent.headers,
          ...(sent.body && { 'content-length': String(sent.body.length) }),
          ...(token && { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        hasBegun = true;
        readBody(response).then(resolve, reject);
      },
    );
    request.on('error', reject);
    request.end(sent.body);
    try {
      const answer = await promise;
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw failureOf(answer, this.#access);
    } catch (error) {
      if (error instanceof ServerFailure) throw error;
      if (signal?.aborted) throw new ServerFailure('cancelled', 'cancelled');
      if (tooLate.aborted) throw new ServerFailure('late', 'it did not answer in time');
      // The server had closed a line that was kept open: another one, in the end a new one, is taken.
      if (request.reusedSocket && !hasBegun) return this.#ask(method, path, options, sent);
      const text = error instanceof Error ? error.message || error.name : String(error);
      throw new ServerFailure('away', safeText(text, this.#access));
    }
  }
}

/** The whole answer. @throws ServerFailure `wrong` when it has too much; what Node says when the line breaks */
async function readBody(response: Http.IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_ANSWER_BYTES) {
      response.destroy();
      throw new ServerFailure('wrong', `its answer has more than ${MOST_ANSWER_BYTES >> 20} MB`);
    }
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
}

/** 502 to 504 are what proxies say when the server behind them is away. */
function failureOf({ status, body }: HttpAnswer, access: ServerAccess): ServerFailure {
  const said = safeText(body.subarray(0, 2000).toString('utf8'), access);
  const text = `HTTP ${status}${said && `: ${said}`}`;
  if (status >= 502 && status <= 504) return new ServerFailure('away', text);
  return new ServerFailure(status >= 500 ? 'failed' : 'refused', text);
}

function read<T>(schema: { parse(json: unknown): T }, { body }: Pick<HttpAnswer, 'body'>): T {
  try {
    return schema.parse(parseJson(body.toString('utf8')));
  } catch (cause) {
    throw new ServerFailure('wrong', 'its answer is no message of the protocol', { cause });
  }
}

function wireTensorsOf({ headers, body }: HttpAnswer): readonly WireTensor[] {
  const named = headers[JSON_LENGTH];
  const length = typeof named === 'string' ? Number(named) : body.length;
  if (!Number.isSafeInteger(length) || length < 0 || length > body.length) {
    throw new ServerFailure('wrong', 'its answer is shorter than it says');
  }
  const { outputs } = read(oipAnswerSchema, { body: body.subarray(0, length) });
  let at = length;
  const tensors = outputs.map(({ name, datatype, shape, parameters, data }): WireTensor => {
    const size = parameters?.binary_data_size;
    if (size === undefined) {
      const numbers = new Uint8Array(Float32Array.from(data ?? []).buffer);
      return { name, datatype, shape, bytes: numbers };
    }
    if (at + size > body.length) throw new ServerFailure('wrong', 'its answer is shorter than it says');
    at += size;
    return { name, datatype, shape, bytes: body.subarray(at - size, at) };
  });
  if (at < body.length) throw new ServerFailure('wrong', 'its answer is longer than it says');
  return tensors;
}
