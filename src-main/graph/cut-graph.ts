import { clone, create } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { graphOf, type Model, pruneTo, withGraph } from './model.ts';
import {
  AttributeProto_AttributeType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { storedValues, storeTensor } from './stored-values.ts';

/** What the input of a cut graph is called. */
export const CUT_INPUT = 'clipsam/tokens';

/** Where a tower is cut. */
export interface Cut {
  /** A tensor of tokens [n, rows, C]; the input takes its place. */
  readonly tensor: string;
  /** What is computed of it. */
  readonly outputs: readonly string[];
  /** Rows that the tensor has in the whole graph. */
  readonly rows: number;
}

/**
 * The part of a tower behind a tensor of tokens, for any number of items with any number of rows: {@link CUT_INPUT}
 * [n, rows, C] takes the tensor's place, and everything before is gone. Reshapes that have the tower's own number of rows, or one item, written
 * into them get them from what comes in.
 * @throws ClipSamError `model-tensor-unknown` where something else before the tensor is needed behind it, or where the number
 *   of rows is written into what can't be made to follow
 */
export function cutGraph(model: Model, { tensor, outputs, rows }: Cut): Model {
  const graph = graphOf(model);
  const entry = create(NodeProtoSchema, {
    opType: 'Cast',
    name: CUT_INPUT,
    input: [CUT_INPUT],
    output: [tensor],
    attribute: [{ name: 'to', type: AttributeProto_AttributeType.INT, i: BigInt(precisionOf(model)) }],
  });
  const withEntry = withGraph(model, {
    node: [entry, ...graph.node.filter(({ output }) => !output.includes(tensor))],
    // Their shapes are of the whole tower; ONNX Runtime infers them.
    valueInfo: [],
    output: graph.output.map(({ name }) => create(ValueInfoProtoSchema, { name })),
    input: [...graph.input, tokensInput(CUT_INPUT)],
  });
  const behind = pruneTo(withEntry, outputs);
  const { input, initializer } = graphOf(behind);
  const other = input.find(
    ({ name }) => name !== CUT_INPUT && !initializer.some((stored) => stored.name === name),
  );
  if (other) throw refuse(model, `"${other.name}" is needed behind "${tensor}" too`);
  if (!input.some(({ name }) => name === CUT_INPUT)) throw refuse(model, `nothing is made of "${tensor}"`);
  return withOpenRows(behind, rows);
}

/** The precision that a tower computes in: that of its matrices. */
function precisionOf(model: Model): number {
  const { FLOAT, FLOAT16 } = TensorProto_DataType;
  const matrix = graphOf(model).initializer.find(
    ({ dims, dataType }) => dims.length === 2 && (dataType === FLOAT || dataType === FLOAT16),
  );
  return matrix?.dataType ?? FLOAT;
}

function tokensInput(name: string) {
  const dim = ['n', 'rows', 'channels'].map((symbol) => ({
    value: { case: 'dimParam', value: symbol } as const,
  }));
  const value = { elemType: TensorProto_DataType.FLOAT, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value } } });
}

/** Numbers of rows and items that are written into a graph, made to follow what comes in. */
function withOpenRows(model: Model, rows: number): Model {
  const graph = graphOf(model);
  const constants = new Map<string, TensorProto>(graph.initializer.map((stored) => [stored.name, stored]));
  for (const { opType, output, attribute } of graph.node) {
    const value = attribute.find(({ name }) => name === 'value')?.t;
    if (opType === 'Constant' && value) constants.set(output[0]!, value);
  }
  const added: TensorProto[] = [];
  const node = graph.node.map((reader) => {
    for (const [place, name] of reader.input.entries()) {
      const stored = constants.get(name);
      if (!stored) continue;
      if (reader.opType === 'Reshape' && place === 1) {
        const target = openTarget(model, reader, stored, rows);
        if (!target) continue;
        const open = `${name}.open_${added.length}`;
        added.push(storeTensor(open, { type: 'int64', dims: [target.length], data: target }));
        const changed: NodeProto = clone(NodeProtoSchema, reader);
        changed.input[1] = open;
        return changed;
      }
      if (holdsRows(model, stored, rows)) {
        throw refuse(
          model,
          `"${reader.name}" (${reader.opType}) has its ${rows} rows written into "${name}"`,
        );
      }
    }
    return reader;
  });
  return withGraph(model, { node, initializer: [...graph.initializer, ...added] });
}

/** Whether a constant is as long as the tower's rows, or an integer that is their number. */
function holdsRows(model: Model, tensor: TensorProto, rows: number): boolean {
  const { dims } = tensor;
  if (dims.some((size) => Number(size) === rows)) return true;
  const isSmall = dims.length <= 1 && dims.every((size) => Number(size) <= 8);
  if (tensor.dataType !== TensorProto_DataType.INT64 || !isSmall) return false;
  return Array.from<number | bigint>(storedValues(model, tensor).data).some(
    (value) => Number(value) === rows,
  );
}

/** A reshape's target with the items kept and the rows inferred; undefined where it is open already. */
function openTarget(
  model: Model,
  reader: NodeProto,
  stored: TensorProto,
  rows: number,
): BigInt64Array | undefined {
  const target = BigInt64Array.from(Array.from<number | bigint>(storedValues(model, stored).data), BigInt);
  const at = target.indexOf(BigInt(rows));
  const isOneItem = target.length >= 3 && target[0] === 1n;
  if (at < 0 && !isOneItem) return undefined;
  if (isOneItem) target[0] = 0n;
  if (at < 0) return target;
  // Items and heads in one: their number would have to follow as well.
  const isFolded = at === 0 || (target[0] !== 0n && target[0] !== -1n);
  if (isFolded) {
    throw refuse(model, `"${reader.name}" (Reshape) has its ${rows} rows and its items written into it`);
  }
  // One size may be inferred; the second axis can be kept instead, where it is the rows' own before too.
  target[at] = target.includes(-1n) ? 0n : -1n;
  return target;
}

function refuse({ name }: Model, why: string): ClipSamError {
  return new ClipSamError(
    'model-tensor-unknown',
    `"${name}" can't be cut behind its positions, which windows need: ${why}. Export the vision tower with open axes, or use another method.`,
  );
}
