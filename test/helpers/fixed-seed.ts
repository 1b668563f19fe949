import fc from 'fast-check';

/** CI must say the same of the same commit: there the property tests draw from one seed, elsewhere from a new one each time. */
if (process.env.CI) fc.configureGlobal({ seed: 20261122 });
