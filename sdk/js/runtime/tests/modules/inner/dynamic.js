export const size = open("./hello.txt", "b").byteLength;
