/** Builds the pages when their sources changed. */
export function build(root: string): Promise<void>;
