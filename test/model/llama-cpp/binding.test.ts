import { engineContract } from '../../helpers/llama-contract.js';

engineContract('binding', /^llama\.cpp v\S+ \(node-llama-cpp \d+\.\d+\.\d+\)$/);
