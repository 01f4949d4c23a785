import fc from 'fast-check';

/**
 * `npm test` draws the same examples every time, so that a red run is a change of ours. To search for new ones:
 * `FAST_CHECK_SEED=$RANDOM npm test`; a failure prints the seed that repeats it.
 */
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20_261_122) });
