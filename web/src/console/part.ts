/**
 * A body with only what changes. The API's description gives such fields a default, which the generated types read as "always there"; what is
 * left out stays as it is, and that is not the same as `null`.
 */
export const part = <T>(body: Partial<T>): T => body as T;
