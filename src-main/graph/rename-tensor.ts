import { clone } from '@bufbuild/protobuf';
import { graphOf, type Model, withGraph } from './model.ts';
import { type GraphProto, type NodeProto, NodeProtoSchema } from './onnx_pb.js';

/** A name that no tensor of the model has, made of another. */
export function freeName(model: Model, stem: string): string {
  const taken = namesIn(graphOf(model));
  let name = stem;
  for (let n = 1; taken.has(name); n++) name = `${stem}.${n}`;
  return name;
}

/** The model with another name for one of its tensors, wherever it is made, read, stored or given out. */
export function renameTensor(model: Model, from: string, to: string): Model {
  const graph = graphOf(model);
  const named = <T extends { readonly name: string }>(infos: readonly T[]): T[] =>
    infos.map((info) => (info.name === from ? withName(info, to) : info));
  return withGraph(model, {
    node: renamedNodes(graph.node, from, to),
    initializer: named(graph.initializer),
    input: named(graph.input),
    output: named(graph.output),
    valueInfo: named(graph.valueInfo),
  });
}

/** Unlike a spread, this keeps a message's defaults, which lie in its prototype. */
function withName<T extends { readonly name: string }>(message: T, name: string): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)) as T, message, { name });
}

/** Nodes that are not concerned stay the very same: their attributes may hold gigabytes. */
function renamedNodes(nodes: readonly NodeProto[], from: string, to: string): NodeProto[] {
  const rename = (names: readonly string[]) => names.map((name) => (name === from ? to : name));
  return nodes.map((node) => {
    if (!namesOf(node).has(from)) return node;
    const renamed = clone(NodeProtoSchema, node);
    renamed.input = rename(renamed.input);
    renamed.output = rename(renamed.output);
    for (const { g, graphs } of renamed.attribute) {
      for (const inner of [...(g ? [g] : []), ...graphs]) {
        inner.node = renamedNodes(inner.node, from, to);
        for (const info of inner.output) if (info.name === from) info.name = to;
      }
    }
    return renamed;
  });
}

function namesOf(node: NodeProto): Set<string> {
  const inner = node.attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]);
  return new Set([...node.input, ...node.output, ...inner.flatMap((graph) => [...namesIn(graph)])]);
}

function namesIn({ node, initializer, input, output }: GraphProto): Set<string> {
  const stated = [...initializer, ...input, ...output].map(({ name }) => name);
  return new Set([...stated, ...node.flatMap((each) => [...namesOf(each)])]);
}
