import type { ServedTensor } from '../../inference/served-graphs.ts';
import type { TritonOptions } from './triton-config.ts';

/** A model as the README lists it. */
export interface ListedModel {
  readonly name: string;
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  /** 0: requests are not joined. */
  readonly batch: number;
  readonly unbatched?: string;
}

interface ReadmeFacts {
  /** Title, id and version. */
  readonly pack: string;
  readonly packHash: string;
  readonly runtime: string;
  readonly options: TritonOptions;
  readonly models: readonly ListedModel[];
}

/** README.md of a model repository: how it is served, and what is in it. */
export function repositoryReadme({ pack, packHash, runtime, options, models }: ReadmeFacts): string {
  const { backend, place } = options;
  const image = 'nvcr.io/nvidia/tritonserver:24.10-py3';
  const gpus = place === 'cpu' ? '' : '--gpus=all ';
  return `# Model repository for Triton Inference Server

Graphs of the ClipSAM pack ${pack}, pack hash \`${packHash}\`.

One command serves it, in this folder:

\`\`\`sh
docker run --rm ${gpus}--shm-size=1g -p 8000:8000 -p 8001:8001 -v "$PWD:/models:ro" ${image} tritonserver --model-repository=/models
\`\`\`

Without a container: \`tritonserver --model-repository="$PWD"\`. 24.10 is Triton 2.51; a newer one serves it as well.
Ports: 8001 gRPC, 8000 HTTP (\`/v2/health/ready\`), 8002 metrics, where it is published too.
Triton encrypts and asks nobody who they are unless told to (\`--grpc-use-ssl\`, a proxy before it): keep the ports inside
a network that you trust. Several repositories are served together by \`--model-repository\` several times.
${place === 'cpu' ? '' : `${place === 'gpu' ? 'The models compute on a GPU, and do not load without one.' : 'The models compute on a GPU where there is one.'}\n`}
${
  backend === 'python'
    ? `These models run in Triton's python backend (\`1/model.py\`), which needs ONNX Runtime for Python:
\`pip install onnxruntime==${runtime}\` (on a GPU \`onnxruntime-gpu\`) where the server runs. That version gives the same
bits as the workstation's own on a CPU of the same kind.`
    : `These models run in Triton's onnxruntime backend, in the version that the server brings; the workstation's is ${runtime}.
With another version, or on a GPU, the last digits of maps differ.`
}

\`SHA256SUMS\` has the hashes of all files: \`sha256sum --check SHA256SUMS\`. Every model states the pack's id and hash and its
graph's hash as parameters, for a client to compare before it asks. The head and the search for nearest
tokens are not here: they are small, and follow the recipe.

## Models

${models.map((model) => modelText(model, options)).join('\n\n')}
`;
}

function modelText({ name, inputs, outputs, batch, unbatched }: ListedModel, options: TritonOptions): string {
  const shape = (dims: readonly number[]) =>
    `[${[...(batch > 0 ? ['n'] : []), ...dims.map((size) => (size < 0 ? '?' : size))].join(', ')}]`;
  const row = (kind: string, { name: tensor, type, dims }: ServedTensor) =>
    `| ${kind} | \`${tensor.replaceAll('|', '\\|')}\` | ${type} | ${shape(dims)} |`;
  const joining =
    batch === 0
      ? `Requests are not joined: ${unbatched}.`
      : options.batch > 1
        ? `Requests that wait are joined, up to ${batch} items; joined answers may differ in their last digits.`
        : `A request has up to ${batch} items; requests are not joined.`;
  return [
    `**${name}**. ${joining}`,
    '',
    '| | tensor | type | shape |',
    '|---|---|---|---|',
    ...inputs.map((input) => row('in', input)),
    ...outputs.map((output) => row('out', output)),
  ].join('\n');
}
