import { release } from './start.js';

export default (): Promise<void> => release();
