export async function main(a: readonly string[]): Promise<void> { console.log(process.version, a); }
