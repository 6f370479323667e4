import type { ServedGraph } from '../../../src-shared/device.ts';
import { type Pack, stageTensor } from '../../../src-shared/pack.ts';
import { DECODER_TENSORS } from '../decoder-dialects.ts';
import type { Tensors } from '../ort.ts';
import type { LoadedPack } from '../pack-loader.ts';
import type { ServedModelDescription, TensorDescription } from './model-server.ts';

/** An output that is asked for. */
interface WantedOutput {
  readonly name: string;
  /** How many values it must have, by what the model is fed; absent: whoever uses it finds out. */
  readonly count?: (feeds: Tensors) => number;
}

/** A model that a server must have for a pack. */
export interface WantedModel {
  readonly graph: ServedGraph;
  readonly name: string;
  /** Takes images as bytes, [height, width, 3], at most so large, or exactly; normalisation and padding are in it. */
  readonly image?: { readonly size: number; readonly isExact: boolean };
  /** Inputs that it can be fed, and those among them that it must take; absent with {@link image}. */
  readonly inputs?: { readonly known: readonly string[]; readonly needed: readonly string[] };
  readonly outputs: readonly WantedOutput[];
}

/** What a server's models say of where they come from. */
export interface Origin {
  readonly packId: string;
  readonly packHash: string;
}

/** The models of a pack that servers must have, by graph. */
export function wantedModels({ pack }: Pick<LoadedPack, 'pack'>): readonly WantedModel[] {
  const { vision, text, segmenter } = pack;
  const { encoder, dialect, masks, qualities } = segmenter;
  const { embeddings, prompts, boxes, others } = DECODER_TENSORS[dialect];
  const ids = [text.ids, ...(text.mask === undefined ? [] : [text.mask])];
  return [
    {
      ...modelOf(pack, 'vision'),
      image: { size: vision.inputSize, isExact: vision.fit === 'squash' },
      outputs: [
        ...vision.stages.map((stage) => ({
          name: stageTensor(vision, stage),
          count: () => (vision.leadingTokens + stage.grid ** 2) * stage.width,
        })),
        ...(encoder.kind === 'vision' ? [{ name: encoder.tensor }] : []),
      ],
    },
    {
      ...modelOf(pack, 'text'),
      inputs: { known: ids, needed: ids },
      outputs: [{ name: text.output, count: (feeds) => (feeds[text.ids]?.dims[0] ?? 0) * text.width }],
    },
    {
      ...modelOf(pack, 'decoder'),
      inputs: {
        known: [...embeddings, ...prompts, ...(boxes === undefined ? [] : [boxes]), ...others],
        needed: embeddings.slice(0, 1),
      },
      outputs: [{ name: masks }, { name: qualities }],
    },
    ...(encoder.kind === 'own'
      ? [
          {
            ...modelOf(pack, 'segmenter-encoder'),
            image: { size: encoder.inputSize, isExact: encoder.fit === 'squash' },
            outputs: encoder.outputs.map((name) => ({ name })),
          },
        ]
      : []),
  ];
}

function modelOf({ id }: Pack, graph: ServedGraph): Pick<WantedModel, 'graph' | 'name'> {
  return { graph, name: `${id}-${graph}` };
}

/** Where the graphs of a pack come from, as a server's models have to say. */
export function originOf({ pack, packHash }: LoadedPack): Origin {
  return { packId: pack.id, packHash };
}

/** How the names and hashes among a model's parameters are to be read. */
const FORMAT = '1';

/** What is different about a server's model, in words; empty: it is what is wanted. */
export function differencesOf(wanted: WantedModel, found: ServedModelDescription, origin: Origin): string[] {
  return [
    ...originDifferences(wanted, found, origin),
    ...(wanted.image ? imageDifferences(wanted.image, found.inputs) : []),
    ...(wanted.inputs ? inputDifferences(wanted.inputs, found.inputs) : []),
    ...wanted.outputs.flatMap(({ name }) => outputDifference(name, found.outputs)),
  ];
}

/** Whether a server's model shows which pack it was made of. */
export function isProven({ parameters }: ServedModelDescription): boolean {
  return parameters.clipsam_pack_hash !== undefined;
}

function originDifferences(
  { graph }: WantedModel,
  { parameters }: ServedModelDescription,
  { packId, packHash }: Origin,
): string[] {
  const { clipsam_format: format, clipsam_pack: pack, clipsam_pack_hash: hash } = parameters;
  if (hash === undefined) return [];
  if (format !== undefined && format !== FORMAT) {
    return [`it was written in the form ${format}, and this program knows the form ${FORMAT}`];
  }
  const made = parameters.clipsam_graph;
  return [
    ...(pack !== undefined && pack !== packId
      ? [`it was made of the pack "${pack}", not of "${packId}"`]
      : []),
    ...(hash === packHash ? [] : [`it was made of the pack with the hash ${hash}, not ${packHash}`]),
    ...(made !== undefined && made !== graph ? [`it is the pack's "${made}", not its "${graph}"`] : []),
  ];
}

function imageDifferences(
  { size, isExact }: NonNullable<WantedModel['image']>,
  inputs: readonly TensorDescription[],
): string[] {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) return [`it has ${inputs.length} inputs where one image is sent`];
  const told = `${input.datatype} [${input.shape.join(', ')}]`;
  const [height, width, channels] = input.shape.slice(-3);
  const fits = (side: number | undefined) =>
    side === -1 || side === size || (!isExact && side !== undefined && side > size);
  const isRight =
    input.datatype === 'UINT8' &&
    (input.shape.length === 3 || input.shape.length === 4) &&
    channels === 3 &&
    fits(height) &&
    fits(width);
  const wanted = isExact ? `[${size}, ${size}, 3]` : '[-1, -1, 3]';
  return isRight ? [] : [`its input "${input.name}" is ${told} where UINT8 ${wanted} is needed`];
}

function inputDifferences(
  { known, needed }: NonNullable<WantedModel['inputs']>,
  inputs: readonly TensorDescription[],
): string[] {
  const names = inputs.map(({ name }) => name);
  const strange = names.filter((name) => !known.includes(name));
  const missing = needed.filter((name) => !names.includes(name));
  return [
    ...strange.map((name) => `it wants the input "${name}", which this pack does not have`),
    ...missing.map((name) => `it has no input "${name}" (it has ${names.join(', ') || 'none'})`),
    ...inputs.flatMap(({ name, datatype }) =>
      ['FP32', 'FP16', 'INT64'].includes(datatype) ? [] : [`its input "${name}" is of the type ${datatype}`],
    ),
  ];
}

function outputDifference(name: string, outputs: readonly TensorDescription[]): string[] {
  const found = outputs.find((output) => output.name === name);
  if (!found) {
    const there = outputs.map((output) => output.name).join(', ') || 'none';
    return [`it has no output "${name}" (it has ${there})`];
  }
  if (found.datatype === 'FP32' || found.datatype === 'FP16') return [];
  return [`its output "${name}" is of the type ${found.datatype}, not FP32 or FP16`];
}
