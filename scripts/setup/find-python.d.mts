export function requirePython(): string;
