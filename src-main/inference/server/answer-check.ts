import type { Tensor, Tensors } from '../ort.ts';
import {
  type ServedModelDescription,
  ServerFailure,
  type TensorDescription,
  type WireTensor,
} from './model-server.ts';
import type { WantedModel } from './wanted-models.ts';
import { countOf, fromWire } from './wire-tensors.ts';

/**
 * The tensors of an answer, once each is what was asked for: there, of the type that the model was described with, of a
 * shape that fits the described one, with as many bytes as that takes and as many values as the pack needs.
 * @throws ServerFailure `wrong`
 */
export function checkedAnswer(
  { outputs }: Pick<WantedModel, 'outputs'>,
  { outputs: described }: Pick<ServedModelDescription, 'outputs'>,
  feeds: Tensors,
  answer: readonly WireTensor[],
): Tensors {
  const tensors = outputs.map(({ name, count }): [string, Tensor] => {
    const found = answer.filter((tensor) => tensor.name === name);
    const [tensor] = found;
    if (!tensor || found.length > 1) {
      throw new ServerFailure(
        'wrong',
        `it answers with ${found.length} outputs "${name}" where one was asked for`,
      );
    }
    const description = described.find((output) => output.name === name);
    if (description) checkAgainst(description, tensor);
    const values = countOf(tensor.shape);
    const wanted = count?.(feeds);
    if (wanted !== undefined && values !== wanted) {
      throw new ServerFailure(
        'wrong',
        `its output "${name}" has ${values} values where ${wanted} are needed`,
      );
    }
    return [name, fromWire(tensor)];
  });
  const names = new Set(outputs.map(({ name }) => name));
  const strange = answer.find(({ name }) => !names.has(name));
  if (strange) {
    throw new ServerFailure('wrong', `it answers with "${strange.name}", which nobody asked for`);
  }
  return Object.fromEntries(tensors);
}

function checkAgainst({ name, datatype, shape }: TensorDescription, tensor: WireTensor): void {
  if (tensor.datatype !== datatype) {
    throw new ServerFailure(
      'wrong',
      `its output "${name}" is ${tensor.datatype}, not ${datatype} as it says itself`,
    );
  }
  const fits =
    tensor.shape.length === shape.length &&
    shape.every((size, axis) => size === -1 || size === tensor.shape[axis]);
  if (!fits) {
    throw new ServerFailure(
      'wrong',
      `its output "${name}" has the shape [${tensor.shape.join(', ')}], not [${shape.join(', ')}] as it says itself`,
    );
  }
}
