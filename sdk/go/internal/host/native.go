// Where there is no host: editors and tests of a plugin's own functions need no more.

//go:build !wasip1

package host

// none says that a function needs the host.
func none() { panic("wasmswarm: there is no host here; run the plugin with `wasmswarm run`") }

func Send(*Request) Result                                     { none(); return Result{} }
func SendAll([]*Request, func(int, Result))                    { none() }
func Body(uint64) []byte                                       { none(); return nil }
func WithBody(uint64, func([]byte) error) error                { none(); return nil }
func Header(uint64, string) (string, bool)                     { none(); return "", false }
func Headers(uint64) []Pair                                    { none(); return nil }
func TimingsOf(uint64) Timings                                 { none(); return Timings{} }
func RemoteAddress(uint64) string                              { none(); return "" }
func FinalURL(uint64) string                                   { none(); return "" }
func Pass(uint64)                                              { none() }
func Fail(uint64, string)                                      { none() }
func Check(string, bool, []Pair)                               { none() }
func AddMetric(string, uint32, float64, []Pair)                { none() }
func RecordRequest(string, string, uint64, uint64, string)     { none() }
func Log(uint32, string)                                       { none() }
func Param(string) (string, bool)                              { none(); return "", false }
func Params() []Pair                                           { none(); return nil }
func Row(string, uint32, uint32) ([]Pair, uint8)               { none(); return nil, 0 }
func RowAt(string, uint64) ([]Pair, uint8)                     { none(); return nil, 0 }
func RowCount(string) (uint64, uint8)                          { none(); return 0, 0 }
func Current() Identity                                        { none(); return Identity{} }
func SetTag(string, string)                                    { none() }
func EnterGroup(string)                                        { none() }
func LeaveGroup()                                              { none() }
func Sleep(uint64)                                             { none() }
func StopVU()                                                  { none() }
func Abort(string)                                             { none() }
func RandomBits() uint64                                       { none(); return 0 }
func Now() uint64                                              { none(); return 0 }
func SharedAdd(string, int64) int64                            { none(); return 0 }
func SharedTotal(string) int64                                 { none(); return 0 }
func SharedPush(string, []byte) uint8                          { none(); return 0 }
func SharedPop(string) ([]byte, bool)                          { none(); return nil, false }
func SharedLength(string) uint64                               { none(); return 0 }
func SharedWrite(string, []byte) uint8                         { none(); return 0 }
func SharedRead(string) ([]byte, bool)                         { none(); return nil, false }
func SharedRemove(string) bool                                 { none(); return false }
func SharedWriteNew(string, []byte) (bool, uint8)              { none(); return false, 0 }
func SharedCompareAndSet(string, []byte, []byte) (bool, uint8) { none(); return false, 0 }
func Failure(int) string                                       { none(); return "" }
func ShareBody(string) (uint64, uint8)                         { none(); return 0, 0 }
func CookiesMatching(uint64, string) []Cookie                  { none(); return nil }
func CookiesAll(uint64) []Cookie                               { none(); return nil }
func CookieSet(uint64, string, string) bool                    { none(); return false }
func CookiePut(uint64, *Cookie) bool                           { none(); return false }
func CookieDelete(uint64, string, string) int                  { none(); return 0 }
func CookiesClear(uint64)                                      { none() }
func NewJar() uint64                                           { none(); return 0 }
