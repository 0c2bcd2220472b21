// Numbers and words for how an exchange ended, as k6 has them.

/** The host's error codes and k6's numbers for them. */
const NUMBERS = {
  "invalid-url": 1020,
  "invalid-request": 1000,
  "host-not-allowed": 1111,
  dns: 1101,
  "connection-refused": 1212,
  connect: 1210,
  tls: 1300,
  certificate: 1310,
  timeout: 1050,
  "connection-closed": 1220,
  protocol: 1000,
  "response-too-large": 1000,
  decode: 1701,
  "too-many-redirects": 1000,
  proxy: 1000,
  exhausted: 1010,
};

const WORDS = {
  100: "Continue",
  101: "Switching Protocols",
  200: "OK",
  201: "Created",
  202: "Accepted",
  203: "Non-Authoritative Information",
  204: "No Content",
  205: "Reset Content",
  206: "Partial Content",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Request Entity Too Large",
  414: "Request URI Too Long",
  415: "Unsupported Media Type",
  416: "Requested Range Not Satisfiable",
  417: "Expectation Failed",
  418: "I'm a teapot",
  421: "Misdirected Request",
  422: "Unprocessable Entity",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

/** k6's `error_code`: 0 if all went well, 1404 for a 404. */
export function codeOf(error, status) {
  if (error !== "") return NUMBERS[error] ?? 1000;
  return status >= 400 && status < 600 ? 1000 + status : 0;
}

/** `200 OK`; empty without a response. */
export function statusText(status) {
  if (status === 0) return "";
  const word = WORDS[status];
  return word === undefined ? String(status) : `${status} ${word}`;
}
