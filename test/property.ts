import fc from 'fast-check';

/** All properties of a run are tried with one seed, which the run says at its end: what was met by chance is met again with it. */
const given = Number(process.env.SANSDELAI_SEED);
if (Number.isInteger(given)) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: given });

export { fc };
