import { CheckpointRefusal } from './checkpoint-refusal.ts';
import { NamedThing, type PickleMeaning } from './unpickle.ts';

/** How a storage's values are kept, with the bytes of each. */
const DATA_TYPES = {
  'torch.DoubleStorage': { name: 'float64', bytes: 8 },
  'torch.FloatStorage': { name: 'float32', bytes: 4 },
  'torch.HalfStorage': { name: 'float16', bytes: 2 },
  'torch.BFloat16Storage': { name: 'bfloat16', bytes: 2 },
  'torch.LongStorage': { name: 'int64', bytes: 8 },
  'torch.IntStorage': { name: 'int32', bytes: 4 },
  'torch.ShortStorage': { name: 'int16', bytes: 2 },
  'torch.CharStorage': { name: 'int8', bytes: 1 },
  'torch.ByteStorage': { name: 'uint8', bytes: 1 },
  'torch.BoolStorage': { name: 'bool', bytes: 1 },
} as const;
type StorageClass = keyof typeof DATA_TYPES;
export type TorchDataType = (typeof DATA_TYPES)[StorageClass];

/** Values that tensors are views of. */
export interface TorchStorage {
  readonly key: string;
  readonly type: TorchDataType;
  readonly elements: number;
}

/** A tensor of a checkpoint: a view of a storage that is not read yet. */
export class TorchTensor {
  readonly storage: TorchStorage;
  /** In elements, as the strides. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  /** @throws CheckpointRefusal where the view leaves the storage */
  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    if (this.elements > MOST_ELEMENTS) {
      throw new CheckpointRefusal(`a tensor has ${this.elements} values, more than any layer`);
    }
    if (this.end > storage.elements) {
      throw new CheckpointRefusal(
        `a tensor [${shape}] with the strides [${strides}] from ${offset} on leaves its storage of ${storage.elements} values`,
      );
    }
  }

  get elements(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** One past the last element of the storage that the tensor has. */
  get end(): number {
    if (this.elements === 0) return this.offset;
    return this.shape.reduce((last, size, axis) => last + (size - 1) * this.strides[axis]!, this.offset) + 1;
  }
}

/** What a checkpoint holds: dictionaries are maps, lists and tuples arrays, integers beyond 2⁵³ bigints. */
export type TorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | TorchTensor
  | readonly TorchValue[]
  | ReadonlyMap<unknown, TorchValue>;

/** Above the largest table of a text tower (49,408 × 1,280). */
const MOST_ELEMENTS = 2 ** 26;
const MOST_AXES = 8;
const DEEPEST = 32;

const TENSOR_FUNCTIONS = ['torch._utils._rebuild_tensor', 'torch._utils._rebuild_tensor_v2'];
const PARAMETER_FUNCTION = 'torch._utils._rebuild_parameter';
const ORDERED = 'collections.OrderedDict';
const KNOWN = new Set([...Object.keys(DATA_TYPES), ...TENSOR_FUNCTIONS, PARAMETER_FUNCTION, ORDERED]);

/**
 * What PyTorch's own names in a checkpoint mean.
 * @param onStorage called for every storage when it is named; may refuse it
 */
export function torchMeaning(onStorage: (storage: TorchStorage) => void): PickleMeaning {
  const storages = new Map<string, TorchStorage>();
  return {
    knows: (name) => KNOWN.has(name),
    call(name, args) {
      if (name === ORDERED) return orderedDictionary(args);
      if (name === PARAMETER_FUNCTION) return parameter(args);
      if (TENSOR_FUNCTIONS.includes(name)) return tensor(args);
      throw new CheckpointRefusal(`it calls ${name}`, { asked: name });
    },
    resolve(reference) {
      const storage = storageOf(reference);
      const known = storages.get(storage.key);
      if (!known) {
        onStorage(storage);
        storages.set(storage.key, storage);
        return new StorageReference(storage);
      }
      if (known.type !== storage.type || known.elements !== storage.elements) {
        throw new CheckpointRefusal(`storage ${JSON.stringify(storage.key)} is described in two ways`);
      }
      return new StorageReference(known);
    },
  };
}

/** A storage on the pickle's stack; no value of a checkpoint. */
class StorageReference {
  readonly storage: TorchStorage;

  constructor(storage: TorchStorage) {
    this.storage = storage;
  }
}

function storageOf(reference: unknown): TorchStorage {
  const refuse = () => new CheckpointRefusal('a storage is described in a way that PyTorch does not');
  if (!Array.isArray(reference)) throw refuse();
  // The place that it was saved from ("cuda:0") doesn't matter here.
  const [kind, storageClass, key, place, elements, view = null] = reference as unknown[];
  if (kind !== 'storage' || !(storageClass instanceof NamedThing)) throw refuse();
  if (typeof key !== 'string' || typeof place !== 'string' || !isSize(elements) || reference.length > 6)
    throw refuse();
  if (view !== null) throw new CheckpointRefusal('a storage is a view of another one, as before PyTorch 0.4');
  const type = DATA_TYPES[storageClass.name as StorageClass];
  if (type === undefined) throw new CheckpointRefusal(`${storageClass.name} is no kind of storage`);
  return { key, type, elements };
}

function tensor([reference, offset, shape, strides]: readonly unknown[]): TorchTensor {
  if (!(reference instanceof StorageReference)) throw new CheckpointRefusal('a tensor has no storage');
  const isDescribed = isSize(offset) && isSizes(shape) && isSizes(strides) && shape.length === strides.length;
  if (!isDescribed || shape.length > MOST_AXES) {
    throw new CheckpointRefusal('a tensor has no valid offset, shape and strides');
  }
  return new TorchTensor(reference.storage, offset, [...shape], [...strides]);
}

function parameter([value]: readonly unknown[]): TorchTensor {
  if (value instanceof TorchTensor) return value;
  throw new CheckpointRefusal('a parameter is no tensor');
}

function orderedDictionary([pairs = [], ...rest]: readonly unknown[]): Map<unknown, unknown> {
  if (!Array.isArray(pairs) || pairs.length > 0 || rest.length > 0) {
    throw new CheckpointRefusal('an ordered dictionary is described in a way that PyTorch does not');
  }
  return new Map();
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}

/**
 * Makes sure that a value which was unpickled is content and nothing else: no class, no storage, no circle, and not so
 * deep that reading on could exhaust the stack.
 * @throws CheckpointRefusal
 */
export function checkTorchValue(value: unknown): TorchValue {
  const open = new Set<unknown>();
  const done = new Set<unknown>();
  const check = (inner: unknown) => {
    if (inner === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof inner)) return;
    if (inner instanceof TorchTensor || done.has(inner)) return;
    if (!(Array.isArray(inner) || inner instanceof Map)) {
      throw new CheckpointRefusal('it has a class or a storage where a value belongs');
    }
    if (open.has(inner)) throw new CheckpointRefusal('a list or dictionary holds itself');
    if (open.size === DEEPEST) throw new CheckpointRefusal(`its lists are nested more than ${DEEPEST} deep`);
    open.add(inner);
    for (const child of inner.values()) check(child);
    open.delete(inner);
    done.add(inner);
  };
  check(value);
  return value as TorchValue;
}
