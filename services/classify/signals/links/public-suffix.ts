import { getPublicSuffix } from 'tldts';

/**
 * Whether under this name anybody can register names of their own (`co.uk`, `github.io`), by the Public Suffix List that comes with the library: who
 * lists it would list everybody.
 */
export const isPublicSuffix = (name: string): boolean =>
  getPublicSuffix(name, { allowPrivateDomains: true, extractHostname: false }) === name;
