import { MultiBar, type SingleBar } from 'cli-progress';
import { bytes, duration, printLine } from './terminal.ts';

/** Milliseconds between two lines where there is no terminal to draw a bar on. */
const QUIET = 10_000;

/** A progress bar on a terminal's last line; elsewhere (a log file, CI) a line now and then. Standard error only. */
export class ProgressDisplay {
  readonly #bars: MultiBar | undefined;
  readonly #write: (amount: number) => string;
  #bar: SingleBar | undefined;
  #lastLine = performance.now();

  /** @param unit what is counted */
  constructor(unit: 'things' | 'bytes' = 'things') {
    this.#write = unit === 'bytes' ? bytes : String;
    if (!process.stderr.isTTY) return;
    this.#bars = new MultiBar({
      format: '{bar} {value}/{total}  {note}',
      formatValue: (value, _options, type) =>
        type === 'value' || type === 'total' ? this.#write(value) : String(value),
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      hideCursor: true,
      clearOnComplete: true,
      forceRedraw: true,
      linewrap: false,
    });
    // Whatever ends the program, the cursor comes back.
    process.once('exit', () => this.stop());
  }

  update(done: number, total: number, note: string): void {
    if (this.#bars) {
      this.#bar ??= this.#bars.create(total, done, { note });
      this.#bar.setTotal(total);
      this.#bar.update(done, { note });
      return;
    }
    const now = performance.now();
    if (now - this.#lastLine < QUIET) return;
    this.#lastLine = now;
    printLine(`${this.#write(done)}/${this.#write(total)}  ${note}`);
  }

  /** A line that stays, above the bar. */
  say(line: string): void {
    if (this.#bar) this.#bars?.log(`${line}\n`);
    else printLine(line);
  }

  /** The same for a result, which belongs on standard output. */
  print(line: string): void {
    if (this.#bar && process.stdout.isTTY) this.#bars?.log(`${line}\n`);
    else process.stdout.write(`${line}\n`);
  }

  /** Takes the bar away; the next update draws a new one. */
  stop(): void {
    if (!this.#bar || !this.#bars) return;
    // Lines that wait for the next redraw would be lost.
    this.#bars.update();
    this.#bars.remove(this.#bar);
    this.#bars.stop();
    this.#bar = undefined;
  }
}

/** "2.31 images/s, 3 min 20 s left" for work begun at `started` (`performance.now()`). */
export function paceSince(started: number, done: number, total: number): string {
  const seconds = (performance.now() - started) / 1000;
  if (done === 0 || seconds === 0) return '';
  return `${(done / seconds).toFixed(2)}/s, ${duration(((total - done) * seconds) / done)} left`;
}
