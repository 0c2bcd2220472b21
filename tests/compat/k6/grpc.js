// expect: refused: "k6/net/grpc" isn't supported
// title: gRPC (k6/net/grpc)
import grpc from "k6/net/grpc";

export default function () {}
