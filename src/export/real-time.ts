import type { Candidate } from '../core/candidate.js';
import type { Profile } from '../core/profile.js';

/** Priorities that Linux gives only to who has the right, or a limit RTPRIO of at least that of ggml's highest (90). */
export const isRealTime = ({ priority }: Candidate): boolean => priority !== undefined && priority !== 'low';
export const RTPRIO = 99;
export const REAL_TIME = "The profile runs llama.cpp's threads in real time, before everything else on their CPUs.";

/** For targets that cannot give that right. */
export function withoutRealTime(profile: Profile): Profile {
  if (!isRealTime(profile.candidate)) return profile;
  const { priority: _, ...candidate } = profile.candidate;
  return { ...profile, candidate };
}
