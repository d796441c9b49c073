// A company's proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY as other programs read them. Node's own fetch ignores them
// unless a variable is set before it starts, and not every supported Node knows that variable.
import { messageOf } from "./errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Servers on this machine are never asked through a proxy, which could not reach them. */
const thisMachine = ["localhost", "127.0.0.1", "[::1]", "::1"];

export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy: string;
}

/** The proxies that an environment names, in capitals or not; undefined when it names none. */
export function proxyOf(environment: Environment): ProxySettings | undefined {
  const named = (name: string) =>
    environment[name.toLowerCase()]?.trim() || environment[name.toUpperCase()]?.trim() || undefined;
  const http = named("http_proxy");
  const https = named("https_proxy");
  if (http === undefined && https === undefined) return undefined;
  const without = named("no_proxy");
  return {
    ...(http !== undefined && { httpProxy: withScheme(http) }),
    ...(https !== undefined && { httpsProxy: withScheme(https) }),
    noProxy:
      without === "*" ? "*" : [...(without?.split(/[,\s]+/) ?? []), ...thisMachine].filter(Boolean).join(","),
  };
}

const withScheme = (address: string) =>
  /^[a-z][a-z\d+.-]*:\/\//i.test(address) ? address : `http://${address}`;

/**
 * Sends every request of this process through the proxies that the environment names, if it names any.
 * @returns in words, why that was not possible: the address of a proxy is none, or is of a kind that is not known
 */
export async function useProxy(environment: Environment): Promise<string | undefined> {
  const proxy = proxyOf(environment);
  if (proxy === undefined) return undefined;
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import("undici");
  try {
    setGlobalDispatcher(new EnvHttpProxyAgent({ ...proxy }));
    return undefined;
  } catch (thrown) {
    return `HTTP_PROXY and HTTPS_PROXY are not used (${messageOf(thrown)}): give an address such as http://proxy:3128.`;
  }
}
