// The functions that the host offers, under their canonical names.

package host

import "unsafe"

// A result of more than one value is written to the last parameter. Texts and pointers given to
// these functions are on the heap: the compiler can't see what becomes of them.

//go:wasmimport wasmswarm:scenario/http@0.1.0 send
func httpSend(request unsafe.Pointer, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 body
func httpBody(response uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 header
func httpHeader(response uint64, name string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 headers
func httpHeaders(response uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 get-timings
func httpTimings(response uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 remote-address
func httpRemoteAddress(response uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 final-url
func httpFinalURL(response uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 pass
func httpPass(response uint64)

//go:wasmimport wasmswarm:scenario/http@0.1.0 fail
func httpFail(response uint64, message string)

//go:wasmimport wasmswarm:scenario/http@0.1.0 failure
func httpFailure(index uint32, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 share-body
func httpShareBody(body string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 send-shared
func httpSendShared(requestAndBody unsafe.Pointer, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/http@0.1.0 send-all-shared
func httpSendAllShared(requests unsafe.Pointer, count uint32, bodies unsafe.Pointer, bodyCount uint32, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 matching
func cookiesMatching(jar uint64, url string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 all
func cookiesAll(jar uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 set
func cookiesSet(jar uint64, url, text string) bool

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 put
func cookiesPut(jar uint64, name, value, domain, path string, expires uint64, secure, httpOnly, hostOnly bool) bool

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 delete
func cookiesDelete(jar uint64, url, name string) uint32

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 clear
func cookiesClear(jar uint64)

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 new-jar
func cookiesNewJar() uint64

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 use-jar
func cookiesUseJar(jar uint64)

//go:wasmimport wasmswarm:scenario/cookies@0.1.0 use-jars
func cookiesUseJars(jars unsafe.Pointer, count uint32)

//go:wasmimport wasmswarm:scenario/checks@0.1.0 check
func checksCheck(name string, passed bool, tags unsafe.Pointer, tagCount uint32) bool

//go:wasmimport wasmswarm:scenario/metrics@0.1.0 add
func metricsAdd(name string, kind uint32, value float64, tags unsafe.Pointer, tagCount uint32)

//go:wasmimport wasmswarm:scenario/metrics@0.1.0 record-request
func metricsRecordRequest(protocol, name string, duration, bytesReceived uint64, problem string)

//go:wasmimport wasmswarm:scenario/log@0.1.0 write
func logWrite(level uint32, message string)

//go:wasmimport wasmswarm:scenario/params@0.1.0 get
func paramsGet(name string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/params@0.1.0 all
func paramsAll(result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/data@0.1.0 row
func dataRow(name string, pick, atEnd uint32, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/data@0.1.0 get
func dataGet(name string, index uint64, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/data@0.1.0 count
func dataCount(name string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/shared@0.1.0 add
func sharedAdd(name string, delta int64) int64

//go:wasmimport wasmswarm:scenario/shared@0.1.0 total
func sharedTotal(name string) int64

//go:wasmimport wasmswarm:scenario/shared@0.1.0 push
func sharedPush(name, value string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/shared@0.1.0 pop
func sharedPop(name string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/shared@0.1.0 length
func sharedLength(name string) uint64

//go:wasmimport wasmswarm:scenario/shared@0.1.0 write
func sharedWrite(key, value string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/shared@0.1.0 read
func sharedRead(key string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/shared@0.1.0 remove
func sharedRemove(key string) bool

//go:wasmimport wasmswarm:scenario/shared@0.1.0 write-new
func sharedWriteNew(key, value string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/shared@0.1.0 compare-and-set
func sharedCompareAndSet(key, expected, value string, result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/vu@0.1.0 current
func vuCurrent(result unsafe.Pointer)

//go:wasmimport wasmswarm:scenario/vu@0.1.0 set-tag
func vuSetTag(key, value string)

//go:wasmimport wasmswarm:scenario/vu@0.1.0 enter-group
func vuEnterGroup(name string)

//go:wasmimport wasmswarm:scenario/vu@0.1.0 leave-group
func vuLeaveGroup()

//go:wasmimport wasmswarm:scenario/vu@0.1.0 sleep
func vuSleep(duration uint64)

//go:wasmimport wasmswarm:scenario/vu@0.1.0 stop
func vuStop()

//go:wasmimport wasmswarm:scenario/vu@0.1.0 abort
func vuAbort(reason string)

//go:wasmimport wasmswarm:scenario/vu@0.1.0 random
func vuRandom() uint64

//go:wasmimport wasmswarm:scenario/vu@0.1.0 now
func vuNow() uint64
