import type { Policy } from './decide.js';

/**
 * What an assessment names as its policy: the version, and the incidents that lay over it. Who compares versions compares `Policy.version`, which stays the
 * same all the while; what was kept is compared by `versionIn`.
 */
export const namedBy = ({ version, incidents = [] }: Pick<Policy, 'version' | 'incidents'>): string =>
  [version, ...incidents].join('+');

/** The version in such a name: neither a policy's name nor a hash has a `+`. */
export const versionIn = (named: string): string => named.split('+', 1)[0]!;
