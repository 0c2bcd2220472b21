// Why there is no response.

package wasmswarm

// RequestError is why a request has no response. errors.Is(err, wasmswarm.ErrTimeout) tells the
// reasons apart.
type RequestError struct {
	// Code is the host's reason; 0 if the request could not be made in the first place.
	Code ErrorCode

	title   string
	problem string
}

func (e *RequestError) Error() string {
	if e.Code != 0 && e.problem != "" {
		return e.title + ": " + e.Code.Error() + ": " + e.problem
	}
	if e.Code != 0 {
		return e.title + ": " + e.Code.Error()
	}
	return e.title + ": " + e.problem
}

// Reason says in words which header, limit, certificate or place in the response it was. It may be
// empty.
func (e *RequestError) Reason() string { return e.problem }

// Unwrap is the code, if there is one.
func (e *RequestError) Unwrap() error {
	if e.Code == 0 {
		return nil
	}
	return e.Code
}

// ErrorCode is a reason why there is no response.
type ErrorCode uint8

// The reasons, in the order of the contract.
const (
	// ErrInvalidURL: the URL can't be parsed, or its scheme isn't http or https.
	ErrInvalidURL ErrorCode = iota + 1
	// ErrInvalidRequest: a method, header or size is outside the limits.
	ErrInvalidRequest
	// ErrHostNotAllowed: the run doesn't allow this host. Nothing was sent.
	ErrHostNotAllowed
	// ErrDNS: the name doesn't resolve.
	ErrDNS
	// ErrConnectionRefused: nobody listens there.
	ErrConnectionRefused
	// ErrConnect: the connection couldn't be made for another reason.
	ErrConnect
	// ErrTLS: the TLS handshake failed.
	ErrTLS
	// ErrCertificate: the server's certificate isn't valid for its name, or isn't trusted.
	ErrCertificate
	// ErrTimeout: the time limit passed.
	ErrTimeout
	// ErrConnectionClosed: the connection was closed before the response was complete.
	ErrConnectionClosed
	// ErrProtocol: the response isn't valid HTTP.
	ErrProtocol
	// ErrResponseTooLarge: the response is larger than the run allows.
	ErrResponseTooLarge
	// ErrDecode: the body can't be decompressed.
	ErrDecode
	// ErrTooManyRedirects: more redirects than allowed.
	ErrTooManyRedirects
	// ErrProxy: the proxy refused or failed.
	ErrProxy
	// ErrNoConnections: the generator has no file handle or port left.
	ErrNoConnections
	// ErrInterrupted: the run was stopped meanwhile. Counted as interrupted, not as failed.
	ErrInterrupted
)

var codeNames = [...]string{
	"", "invalid-url", "invalid-request", "host-not-allowed", "dns", "connection-refused", "connect",
	"tls", "certificate", "timeout", "connection-closed", "protocol", "response-too-large", "decode",
	"too-many-redirects", "proxy", "exhausted", "interrupted",
}

// Error is the contract's name of the reason, such as "connection-refused".
func (c ErrorCode) Error() string {
	if int(c) >= len(codeNames) {
		return "unknown"
	}
	return codeNames[c]
}
