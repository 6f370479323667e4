import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type * as Grpc from '@grpc/grpc-js';
import type { ServerAddress } from '../../../src-shared/model-servers.ts';
import {
  type CallOptions,
  type InferRequest,
  MOST_ANSWER_BYTES,
  type ModelServer,
  type ServedModelDescription,
  ServerFailure,
  type WireTensor,
} from './model-server.ts';
import {
  ModelConfigRequestSchema,
  ModelConfigResponseSchema,
  ModelInferRequestSchema,
  type ModelInferResponse,
  ModelInferResponseSchema,
  ModelMetadataRequestSchema,
  type ModelMetadataResponse_TensorMetadata,
  ModelMetadataResponseSchema,
  ServerMetadataRequestSchema,
  ServerMetadataResponseSchema,
  ServerReadyRequestSchema,
  ServerReadyResponseSchema,
} from './open_inference_pb.js';
import { type ServerAccess, safeText, tokenFor } from './server-access.ts';

/** A call of the service: its name, and the messages that go and come. */
interface Call<Request extends DescMessage, Response extends DescMessage> {
  readonly name: string;
  readonly request: Request;
  readonly response: Response;
}

const call = <Request extends DescMessage, Response extends DescMessage>(
  name: string,
  request: Request,
  response: Response,
): Call<Request, Response> => ({ name, request, response });

const SERVER_READY = call('ServerReady', ServerReadyRequestSchema, ServerReadyResponseSchema);
const SERVER_METADATA = call('ServerMetadata', ServerMetadataRequestSchema, ServerMetadataResponseSchema);
const MODEL_METADATA = call('ModelMetadata', ModelMetadataRequestSchema, ModelMetadataResponseSchema);
const MODEL_CONFIG = call('ModelConfig', ModelConfigRequestSchema, ModelConfigResponseSchema);
const MODEL_INFER = call('ModelInfer', ModelInferRequestSchema, ModelInferResponseSchema);

/** Opens a server over gRPC; nothing is sent before something is asked. */
export async function openGrpcServer(address: ServerAddress, access: ServerAccess): Promise<ModelServer> {
  const grpc = await import('@grpc/grpc-js');
  return new GrpcServer(grpc, address, access);
}

class GrpcServer implements ModelServer {
  readonly address: ServerAddress;
  readonly #grpc: typeof Grpc;
  readonly #access: ServerAccess;
  readonly #client: Grpc.Client;

  constructor(grpc: typeof Grpc, address: ServerAddress, access: ServerAccess) {
    this.address = address;
    this.#grpc = grpc;
    this.#access = access;
    const { authorities = null, key = null, certificate = null } = access;
    const credentials =
      address.scheme === 'grpcs'
        ? grpc.credentials.createSsl(authorities, key, certificate)
        : grpc.credentials.createInsecure();
    this.#client = new grpc.Client(`${address.host}:${address.port}`, credentials, {
      'grpc.max_receive_message_length': MOST_ANSWER_BYTES,
      'grpc.max_send_message_length': -1,
      // Which requests are worth another try is decided by the pool.
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 5000,
    });
  }

  async describe(options: CallOptions): Promise<{ readonly name: string; readonly version: string }> {
    const { name, version } = await this.#ask(SERVER_METADATA, {}, options);
    return { name, version };
  }

  async isReady(options: CallOptions): Promise<boolean> {
    return (await this.#ask(SERVER_READY, {}, options)).ready;
  }

  async describeModel(name: string, options: CallOptions): Promise<ServedModelDescription> {
    const { versions, platform, inputs, outputs, properties } = await this.#ask(
      MODEL_METADATA,
      { name },
      options,
    );
    const description = {
      versions,
      platform,
      inputs: inputs.map(described),
      outputs: outputs.map(described),
    };
    const own = Object.keys(properties).some((key) => key.startsWith('clipsam_'));
    return { ...description, parameters: own ? properties : await this.#parametersOf(name, options) };
  }

  /** Of a model's configuration, which Triton tells and others don't. */
  async #parametersOf(name: string, options: CallOptions): Promise<Record<string, string>> {
    try {
      const { config } = await this.#ask(MODEL_CONFIG, { name }, options);
      const parameters = Object.entries(config?.parameters ?? {});
      return Object.fromEntries(parameters.map(([key, { stringValue }]) => [key, stringValue]));
    } catch (error) {
      if (error instanceof ServerFailure && error.kind === 'refused') return {};
      throw error;
    }
  }

  async infer(
    { model, inputs, outputs }: InferRequest,
    options: CallOptions,
  ): Promise<readonly WireTensor[]> {
    const answer = await this.#ask(
      MODEL_INFER,
      {
        modelName: model,
        inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: shape.map(BigInt) })),
        outputs: outputs.map((name) => ({ name })),
        rawInputContents: inputs.map(({ bytes }) => bytes),
      },
      options,
    );
    return wireTensorsOf(answer);
  }

  close(): void {
    this.#client.close();
  }

  #ask<Request extends DescMessage, Response extends DescMessage>(
    { name, request, response }: Call<Request, Response>,
    message: MessageInitShape<Request>,
    { deadline, signal }: CallOptions,
  ): Promise<MessageShape<Response>> {
    const { promise, resolve, reject } = Promise.withResolvers<MessageShape<Response>>();
    if (signal?.aborted) return Promise.reject(new ServerFailure('cancelled', 'cancelled'));
    const metadata = new this.#grpc.Metadata();
    const token = tokenFor(this.address, this.#access);
    if (token) metadata.set('authorization', `Bearer ${token}`);
    const sent = this.#client.makeUnaryRequest<Uint8Array, Uint8Array>(
      `/inference.GRPCInferenceService/${name}`,
      (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      (bytes) => bytes,
      toBinary(request, create(request, message)),
      metadata,
      { deadline: Date.now() + deadline },
      (error, bytes) => {
        signal?.removeEventListener('abort', cancel);
        if (error) return reject(this.#failureOf(error));
        try {
          resolve(fromBinary(response, bytes ?? new Uint8Array()));
        } catch (cause) {
          reject(new ServerFailure('wrong', 'its answer is no message of the protocol', { cause }));
        }
      },
    );
    const cancel = () => sent.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    return promise;
  }

  #failureOf({ code, details }: Grpc.ServiceError): ServerFailure {
    const { status } = this.#grpc;
    // grpc-js announces a note on the name's resolution where there is none as well.
    const text = safeText(details.replace(/\s*Resolution note:\s*$/, ''), this.#access);
    switch (code) {
      case status.UNAVAILABLE:
        return new ServerFailure('away', text || 'it is unavailable');
      case status.DEADLINE_EXCEEDED:
        return new ServerFailure('late', 'it did not answer in time');
      case status.CANCELLED:
        return new ServerFailure('cancelled', text || 'cancelled');
      case status.UNAUTHENTICATED:
      case status.PERMISSION_DENIED:
      case status.NOT_FOUND:
      case status.INVALID_ARGUMENT:
      case status.UNIMPLEMENTED:
        return new ServerFailure('refused', text || `it refuses (gRPC status ${code})`);
      default:
        // gRPC's own limit on messages has the status of a server without resources.
        if (/larger than max/i.test(details)) {
          return new ServerFailure('wrong', `its answer has more than ${MOST_ANSWER_BYTES >> 20} MB`);
        }
        return new ServerFailure('failed', text || `it failed (gRPC status ${code})`);
    }
  }
}

function described({ name, datatype, shape }: ModelMetadataResponse_TensorMetadata) {
  return { name, datatype, shape: shape.map(Number) };
}

/** Values come as bytes, as they were sent; servers that write them as numbers do so for all outputs. */
function wireTensorsOf({ outputs, rawOutputContents }: ModelInferResponse): readonly WireTensor[] {
  if (rawOutputContents.length > 0 && rawOutputContents.length !== outputs.length) {
    throw new ServerFailure(
      'wrong',
      `it answers with ${outputs.length} tensors and values for ${rawOutputContents.length}`,
    );
  }
  return outputs.map(({ name, datatype, shape, contents }, index) => {
    const raw = rawOutputContents[index];
    const numbers = Float32Array.from(contents?.fp32Contents ?? []);
    return { name, datatype, shape: shape.map(Number), bytes: raw ?? new Uint8Array(numbers.buffer) };
  });
}
