/** The authority that orders on the hidden sandbox: the probe. No real register has one of this name. */
export const sandboxAuthority = 'sandbox-probe';

/** Whether a name, of an authority or a key, is one of the hidden sandbox's. Pure. */
export const ofSandbox = (name: string): boolean =>
  name === sandboxAuthority || name.startsWith(`${sandboxAuthority}/`);
