// What the host offers, as a core module sees it. Addresses and sizes are `usize`; see memory.ts for the layouts.

@external("wasmswarm:scenario/http@0.1.0", "send")
export declare function httpSend(request: usize, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "send-shared")
export declare function httpSendShared(requestAndBody: usize, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "send-all-shared")
export declare function httpSendAllShared(
  requests: usize, count: usize, bodies: usize, bodyCount: usize, result: usize,
): void;
@external("wasmswarm:scenario/http@0.1.0", "share-body")
export declare function httpShareBody(body: usize, bodySize: usize, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "failure")
export declare function httpFailure(index: u32, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "body")
export declare function httpBody(response: u64, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "header")
export declare function httpHeader(response: u64, name: usize, nameSize: usize, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "headers")
export declare function httpHeaders(response: u64, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "get-timings")
export declare function httpGetTimings(response: u64, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "remote-address")
export declare function httpRemoteAddress(response: u64, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "final-url")
export declare function httpFinalUrl(response: u64, result: usize): void;
@external("wasmswarm:scenario/http@0.1.0", "pass")
export declare function httpPass(response: u64): void;
@external("wasmswarm:scenario/http@0.1.0", "fail")
export declare function httpFail(response: u64, message: usize, messageSize: usize): void;

@external("wasmswarm:scenario/cookies@0.1.0", "matching")
export declare function cookiesMatching(jar: u64, url: usize, urlSize: usize, result: usize): void;
@external("wasmswarm:scenario/cookies@0.1.0", "all")
export declare function cookiesAll(jar: u64, result: usize): void;
@external("wasmswarm:scenario/cookies@0.1.0", "set")
export declare function cookiesSet(jar: u64, url: usize, urlSize: usize, text: usize, textSize: usize): bool;
@external("wasmswarm:scenario/cookies@0.1.0", "put")
export declare function cookiesPut(
  jar: u64, name: usize, nameSize: usize, value: usize, valueSize: usize, domain: usize, domainSize: usize,
  path: usize, pathSize: usize, expires: u64, secure: bool, httpOnly: bool, hostOnly: bool,
): bool;
@external("wasmswarm:scenario/cookies@0.1.0", "delete")
export declare function cookiesDelete(jar: u64, url: usize, urlSize: usize, name: usize, nameSize: usize): u32;
@external("wasmswarm:scenario/cookies@0.1.0", "clear")
export declare function cookiesClear(jar: u64): void;
@external("wasmswarm:scenario/cookies@0.1.0", "new-jar")
export declare function cookiesNewJar(): u64;
@external("wasmswarm:scenario/cookies@0.1.0", "use-jar")
export declare function cookiesUseJar(jar: u64): void;
@external("wasmswarm:scenario/cookies@0.1.0", "use-jars")
export declare function cookiesUseJars(jars: usize, count: usize): void;

@external("wasmswarm:scenario/metrics@0.1.0", "add")
export declare function metricsAdd(
  name: usize, nameSize: usize, kind: i32, value: f64, tags: usize, tagCount: usize,
): void;
@external("wasmswarm:scenario/metrics@0.1.0", "record-request")
export declare function metricsRecordRequest(
  protocol: usize, protocolSize: usize, name: usize, nameSize: usize,
  duration: u64, bytesReceived: u64, error: usize, errorSize: usize,
): void;

@external("wasmswarm:scenario/checks@0.1.0", "check")
export declare function checksCheck(name: usize, nameSize: usize, passed: bool, tags: usize, tagCount: usize): bool;

@external("wasmswarm:scenario/log@0.1.0", "write")
export declare function logWrite(level: i32, message: usize, messageSize: usize): void;

@external("wasmswarm:scenario/vu@0.1.0", "current")
export declare function vuCurrent(result: usize): void;
@external("wasmswarm:scenario/vu@0.1.0", "set-tag")
export declare function vuSetTag(key: usize, keySize: usize, value: usize, valueSize: usize): void;
@external("wasmswarm:scenario/vu@0.1.0", "enter-group")
export declare function vuEnterGroup(name: usize, nameSize: usize): void;
@external("wasmswarm:scenario/vu@0.1.0", "leave-group")
export declare function vuLeaveGroup(): void;
@external("wasmswarm:scenario/vu@0.1.0", "sleep")
export declare function vuSleep(duration: u64): void;
@external("wasmswarm:scenario/vu@0.1.0", "stop")
export declare function vuStop(): void;
@external("wasmswarm:scenario/vu@0.1.0", "abort")
export declare function vuAbort(reason: usize, reasonSize: usize): void;
@external("wasmswarm:scenario/vu@0.1.0", "random")
export declare function vuRandom(): u64;
@external("wasmswarm:scenario/vu@0.1.0", "now")
export declare function vuNow(): u64;

@external("wasmswarm:scenario/params@0.1.0", "get")
export declare function paramsGet(name: usize, nameSize: usize, result: usize): void;
@external("wasmswarm:scenario/params@0.1.0", "all")
export declare function paramsAll(result: usize): void;

@external("wasmswarm:scenario/data@0.1.0", "row")
export declare function dataRow(name: usize, nameSize: usize, pick: i32, atEnd: i32, result: usize): void;
@external("wasmswarm:scenario/data@0.1.0", "get")
export declare function dataGet(name: usize, nameSize: usize, index: u64, result: usize): void;
@external("wasmswarm:scenario/data@0.1.0", "count")
export declare function dataCount(name: usize, nameSize: usize, result: usize): void;

@external("wasmswarm:scenario/shared@0.1.0", "add")
export declare function sharedAdd(name: usize, nameSize: usize, delta: i64): i64;
@external("wasmswarm:scenario/shared@0.1.0", "total")
export declare function sharedTotal(name: usize, nameSize: usize): i64;
@external("wasmswarm:scenario/shared@0.1.0", "push")
export declare function sharedPush(name: usize, nameSize: usize, value: usize, valueSize: usize, result: usize): void;
@external("wasmswarm:scenario/shared@0.1.0", "pop")
export declare function sharedPop(name: usize, nameSize: usize, result: usize): void;
@external("wasmswarm:scenario/shared@0.1.0", "length")
export declare function sharedLength(name: usize, nameSize: usize): u64;
@external("wasmswarm:scenario/shared@0.1.0", "write")
export declare function sharedWrite(key: usize, keySize: usize, value: usize, valueSize: usize, result: usize): void;
@external("wasmswarm:scenario/shared@0.1.0", "read")
export declare function sharedRead(key: usize, keySize: usize, result: usize): void;
@external("wasmswarm:scenario/shared@0.1.0", "remove")
export declare function sharedRemove(key: usize, keySize: usize): bool;
@external("wasmswarm:scenario/shared@0.1.0", "write-new")
export declare function sharedWriteNew(key: usize, keySize: usize, value: usize, valueSize: usize, result: usize): void;
@external("wasmswarm:scenario/shared@0.1.0", "compare-and-set")
export declare function sharedCompareAndSet(
  key: usize, keySize: usize, expected: usize, expectedSize: usize, value: usize, valueSize: usize, result: usize,
): void;

@external("wasi_snapshot_preview1", "fd_write")
export declare function fdWrite(file: i32, parts: usize, count: usize, written: usize): i32;
