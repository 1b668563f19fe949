/** Why llama.cpp's C API cannot be used here; the runner then goes through node-llama-cpp's addon. */
export class CApiUnavailable extends Error {}
