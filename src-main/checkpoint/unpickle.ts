import { CheckpointRefusal } from './checkpoint-refusal.ts';
import type { PickleBytes } from './pickle-bytes.ts';
import { OPCODE } from './pickle-opcodes.ts';

/** More instructions than the state of any model takes: each may make an object. */
const MOST_INSTRUCTIONS = 400_000;
const LOWEST_PROTOCOL = 2;
const HIGHEST_PROTOCOL = 5;

/** A class or function that the pickle names; nothing but a name. */
export class NamedThing {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What the names and references of a pickle stand for. */
export interface PickleMeaning {
  /** True for the few classes and functions that may be named at all. */
  knows(name: string): boolean;
  /** What a function of {@link knows} gives. @throws CheckpointRefusal for what is none, or for other arguments */
  call(name: string, args: readonly unknown[]): unknown;
  /** What a reference to something outside the pickle stands for. @throws CheckpointRefusal */
  resolve(reference: unknown): unknown;
}

/**
 * Reads one pickle (protocols 2 to 5): dictionaries become maps, lists and tuples arrays, integers beyond 2⁵³ bigints.
 * It is no general unpickler: instructions and names beyond those that PyTorch writes for tensors and plain containers
 * end it, nothing is ever called but the functions of `meaning`, and time and memory are bounded by the bytes and a
 * fixed number of instructions.
 * @throws CheckpointRefusal
 * @see https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 */
export function unpickle(bytes: PickleBytes, meaning: PickleMeaning): unknown {
  const machine = new PickleMachine(bytes, meaning);
  if (bytes.byte() !== OPCODE.proto)
    throw new CheckpointRefusal('it does not begin with a pickle of protocol 2');
  const protocol = bytes.byte();
  if (protocol < LOWEST_PROTOCOL || protocol > HIGHEST_PROTOCOL) {
    throw new CheckpointRefusal(`its pickle has protocol ${protocol}`);
  }
  for (let count = 0; count < MOST_INSTRUCTIONS; count++) {
    const opcode = bytes.byte();
    if (opcode === OPCODE.stop) return machine.result();
    machine.run(opcode);
  }
  throw new CheckpointRefusal(`its pickle has more than ${MOST_INSTRUCTIONS} instructions`);
}

class PickleMachine {
  readonly #bytes: PickleBytes;
  readonly #meaning: PickleMeaning;
  #stack: unknown[] = [];
  /** Stacks below the marks. */
  readonly #below: unknown[][] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: PickleBytes, meaning: PickleMeaning) {
    this.#bytes = bytes;
    this.#meaning = meaning;
  }

  result(): unknown {
    if (this.#below.length > 0 || this.#stack.length !== 1) {
      throw new CheckpointRefusal('its pickle ends in the middle of a value');
    }
    return this.#stack[0];
  }

  run(opcode: number): void {
    if (!(this.#scalar(opcode) || this.#container(opcode) || this.#memory(opcode) || this.#named(opcode))) {
      const shown = `0x${opcode.toString(16).padStart(2, '0')}`;
      throw new CheckpointRefusal(`its pickle has the instruction ${shown}, which no tensor needs`);
    }
  }

  #scalar(opcode: number): boolean {
    const bytes = this.#bytes;
    switch (opcode) {
      case OPCODE.none:
        return this.#push(null);
      case OPCODE.newTrue:
        return this.#push(true);
      case OPCODE.newFalse:
        return this.#push(false);
      case OPCODE.binInt:
        return this.#push(bytes.int32());
      case OPCODE.binInt1:
        return this.#push(bytes.byte());
      case OPCODE.binInt2:
        return this.#push(bytes.uint16());
      case OPCODE.long1:
        return this.#push(bytes.integer(bytes.byte()));
      case OPCODE.long4:
        return this.#push(bytes.integer(bytes.uint32()));
      case OPCODE.binFloat:
        return this.#push(bytes.float64());
      case OPCODE.shortBinUnicode:
        return this.#push(bytes.text(bytes.byte()));
      case OPCODE.binUnicode:
        return this.#push(bytes.text(bytes.uint32()));
      case OPCODE.binUnicode8:
        return this.#push(bytes.text(bytes.length64()));
      case OPCODE.frame:
        bytes.length64();
        return true;
      default:
        return false;
    }
  }

  #container(opcode: number): boolean {
    switch (opcode) {
      case OPCODE.mark:
        this.#below.push(this.#stack);
        this.#stack = [];
        return true;
      case OPCODE.emptyTuple:
      case OPCODE.emptyList:
        return this.#push([]);
      case OPCODE.emptyDict:
        return this.#push(new Map());
      case OPCODE.tuple:
        return this.#push(this.#sinceMark());
      case OPCODE.tuple1:
      case OPCODE.tuple2:
      case OPCODE.tuple3:
        return this.#push(this.#pop(opcode - OPCODE.tuple1 + 1));
      case OPCODE.append:
        return this.#append(this.#pop(1));
      case OPCODE.appends:
        return this.#append(this.#sinceMark());
      case OPCODE.setItem:
        return this.#set(this.#pop(2));
      case OPCODE.setItems:
        return this.#set(this.#sinceMark());
      default:
        return false;
    }
  }

  #memory(opcode: number): boolean {
    const bytes = this.#bytes;
    switch (opcode) {
      case OPCODE.binPut:
        return this.#remember(bytes.byte());
      case OPCODE.longBinPut:
        return this.#remember(bytes.uint32());
      case OPCODE.memoize:
        return this.#remember(this.#memo.size);
      case OPCODE.binGet:
        return this.#recall(bytes.byte());
      case OPCODE.longBinGet:
        return this.#recall(bytes.uint32());
      default:
        return false;
    }
  }

  #named(opcode: number): boolean {
    switch (opcode) {
      case OPCODE.global: {
        const module = this.#bytes.line();
        return this.#name(`${module}.${this.#bytes.line()}`);
      }
      case OPCODE.stackGlobal:
        return this.#name(this.#pop(2).map(wordOf).join('.'));
      case OPCODE.reduce: {
        const [callee, args] = this.#pop(2);
        return this.#push(this.#meaning.call(nameOf(callee), argumentsOf(args)));
      }
      case OPCODE.newObj: {
        const [callee] = this.#pop(2);
        const name = nameOf(callee);
        throw new CheckpointRefusal(`it asks for an object of the class ${name}`, { asked: name });
      }
      case OPCODE.build: {
        const [state] = this.#pop(1);
        // Attributes of a dictionary, such as `_metadata` of `state_dict()`: no part of its content.
        if (this.#top() instanceof Map && state instanceof Map) return true;
        throw new CheckpointRefusal('it sets attributes of something that is no dictionary');
      }
      case OPCODE.binPersId:
        return this.#push(this.#meaning.resolve(this.#pop(1)[0]));
      default:
        return false;
    }
  }

  #name(name: string): boolean {
    if (this.#meaning.knows(name)) return this.#push(new NamedThing(name));
    const shown = JSON.stringify(name.slice(0, 100)).slice(1, -1);
    throw new CheckpointRefusal(`it asks for ${shown}`, { asked: shown });
  }

  #push(value: unknown): boolean {
    this.#stack.push(value);
    return true;
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw new CheckpointRefusal('its pickle uses a value that is not there');
    return this.#stack.at(-1);
  }

  #pop(count: number): unknown[] {
    if (this.#stack.length < count) {
      throw new CheckpointRefusal('its pickle uses a value that is not there');
    }
    return this.#stack.splice(-count);
  }

  #sinceMark(): unknown[] {
    const below = this.#below.pop();
    if (!below) throw new CheckpointRefusal('its pickle uses a mark that is not there');
    const items = this.#stack;
    this.#stack = below;
    return items;
  }

  #append(items: readonly unknown[]): boolean {
    const list = this.#top();
    if (!Array.isArray(list)) throw new CheckpointRefusal('it appends to something that is no list');
    for (const item of items) list.push(item);
    return true;
  }

  #set(items: readonly unknown[]): boolean {
    const dictionary = this.#top();
    if (!(dictionary instanceof Map)) {
      throw new CheckpointRefusal('it sets entries of something that is no dictionary');
    }
    if (items.length % 2 > 0) throw new CheckpointRefusal('a key of a dictionary has no value');
    for (let i = 0; i < items.length; i += 2) dictionary.set(keyOf(items[i]), items[i + 1]);
    return true;
  }

  #remember(index: number): boolean {
    this.#memo.set(index, this.#top());
    return true;
  }

  #recall(index: number): boolean {
    if (!this.#memo.has(index))
      throw new CheckpointRefusal(`its pickle recalls value ${index}, which is not there`);
    return this.#push(this.#memo.get(index));
  }
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new CheckpointRefusal('the name of a class is no text');
}

function nameOf(callee: unknown): string {
  if (callee instanceof NamedThing) return callee.name;
  throw new CheckpointRefusal('it calls something that is no function');
}

function argumentsOf(args: unknown): readonly unknown[] {
  if (Array.isArray(args)) return args;
  throw new CheckpointRefusal('it calls a function without a list of arguments');
}

/** Keys of Python's dictionaries that are the same in a map. */
function keyOf(key: unknown): string | number | bigint | boolean | null {
  if (key === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof key)) {
    return key as string | number | bigint | boolean | null;
  }
  throw new CheckpointRefusal('a key of a dictionary is no text or number');
}
