/**
 * Whether a request's `Host` is one that the workstation goes by: a name or an address of its certificate (`*.` stands for one
 * part of a name) or one that was named besides, with the port that is listened on or the one that was named with it.
 * @param names in lower case: `gpu-box`, `*.plant.example`, `192.168.1.5`, `fe80::1`, `gpu-box:443`
 */
export function hostCheck(names: readonly string[], port: number): (host: string) => boolean {
  const known = names.map((name) => parseHost(bracketed(name))).filter((host) => host !== undefined);
  return (host) => {
    const asked = parseHost(host.toLowerCase());
    if (!asked) return false;
    return known.some(
      ({ name, port: own = port }) => (asked.port ?? HTTPS) === own && isNamed(asked.name, name),
    );
  };
}

const HTTPS = 443;

/** An IPv6 address as it stands in an address. */
function bracketed(name: string): string {
  return name.split(':').length > 2 && !name.startsWith('[') ? `[${compressed(name)}]` : name;
}

/** As browsers write it. */
function compressed(address: string): string {
  try {
    return new URL(`http://[${address}]`).hostname.slice(1, -1);
  } catch {
    return address;
  }
}

function parseHost(text: string): { readonly name: string; readonly port?: number } | undefined {
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[*\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, ...(port !== undefined && { port: Number(port) }) };
}

function isNamed(host: string, name: string): boolean {
  if (!name.startsWith('*.')) return host === name;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === name.slice(1);
}
