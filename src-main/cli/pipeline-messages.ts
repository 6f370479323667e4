import type { DeviceReport } from '../../src-shared/device.ts';
import { describeDeath, type InferenceEvent } from '../services/runs/recipe-pipeline.ts';
import { printable } from './terminal.ts';

/** Tells people what the inference process does, as far as they should know. */
export function pipelineMessages(say: (line: string) => void): (event: InferenceEvent) => void {
  let told: string | undefined;
  return (event) => {
    switch (event.kind) {
      case 'ready': {
        const lines = deviceLines(event.device);
        // After a restart only a change is news.
        if (lines.join() !== told) lines.forEach(say);
        told = lines.join();
        return;
      }
      case 'died': {
        const { kind } = event.reason;
        if (kind === 'closed' || kind === 'refused' || kind === 'memory-cap') return;
        say(`The inference process ${printable(describeDeath(event.reason))}.`);
        return;
      }
      case 'retry':
        say(`  ${printable(event.path)} gets another try.`);
    }
  };
}

/** What really runs; where that is not what was asked for, so that nobody can miss it. */
function deviceLines(report: DeviceReport): string[] {
  const files = (report.files ?? []).map(({ file, precision, reason }) => {
    const why = reason === undefined ? '' : ` (${printable(reason)})`;
    return `  ${printable(file)}: ${precision}${why}`;
  });
  return [...runningLines(report), ...files];
}

function runningLines(report: DeviceReport): string[] {
  const { asked, running, fallbackReason, outOfMemory } = report;
  if (running === 'server') return serverLines(report);
  if (outOfMemory) {
    const smaller =
      outOfMemory.device === running ? `the smallest variants on ${running} answer` : `${running} answers`;
    const text = `!!! ${outOfMemory.device} has not enough memory: ${smaller} (${printable(outOfMemory.reason)})`;
    return [emphasised(text), `Device: ${running}`];
  }
  if (asked === running) return [`Device: ${running}`];
  // Nobody asked for a GPU by name: why each was passed over is in the results.
  if (asked === 'auto') return [`Device: ${running} (the fastest that works here)`];
  const reason = fallbackReason === undefined ? '' : printable(fallbackReason);
  const warning = `!!! ${asked} was asked for, but ${running} answers${reason && `: ${reason}`}`;
  return [emphasised(warning), `Device: ${running}`];
}

/** The servers that may compute, and what is wrong with the others. */
function serverLines({ servers = [], fallbackReason }: DeviceReport): string[] {
  const lines = servers.map(({ address, name, version, isProven }) => {
    const proof = isProven ? '' : '; it does not show which pack its models were made of';
    return `Device: ${address} (${printable(name)} ${printable(version)}${proof})`;
  });
  const away = fallbackReason === undefined ? [] : [emphasised(`!!! ${printable(fallbackReason)}`)];
  return [...away, ...(lines.length > 0 ? lines : ['Device: this machine, until a server answers'])];
}

function emphasised(text: string): string {
  return process.stderr.isTTY ? `\x1b[1;31m${text}\x1b[0m` : text;
}
