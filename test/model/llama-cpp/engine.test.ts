import { engineContract } from '../../helpers/llama-contract.js';

engineContract('c-api', /^llama\.cpp v\S+ \(C API of node-llama-cpp \d+\.\d+\.\d+\)$/);
