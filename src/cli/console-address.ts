/** Addresses of the console's pages. `url`: the service's. */
export const consoleAddress = (url: string): string => `${url}/console`;
export const consoleAddressOfRun = (url: string, name: string): string =>
  `${consoleAddress(url)}/runs/${encodeURIComponent(name)}`;
export const consoleAddressOfEndpoint = (url: string, name: string): string =>
  `${consoleAddress(url)}/endpoints/${encodeURIComponent(name)}`;
